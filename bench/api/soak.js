// A long time at half load while a generation is published every minute: a build of thau's own that changes three of seven
// tables (soak-project.js). Answers, errors, times and memory, minute by minute; at the end one line, and all of it as JSON.
// It fails on an error, on a publish that is not seen, and where the memory of the API or of its connections rose.
// `node bench/api/soak.js [--minutes 60] [--connections 16] [--rate 500] [--publish-every 60] [--out soak.json]`, with the
// server in BENCH_DATABASE_URL. `--rate` is requests a second in all; without it each of the three requests is asked at half
// the rate at which all three were answered together in the first ten seconds.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import {
  median,
  output,
  privateMegabytes,
  quantile,
  secondsOf,
  startLoad,
  startServer,
} from './processes.js';
import { requests } from './requests.js';
import { setUp } from './setup.js';
import { writeSoakProject } from './soak-project.js';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    connections: { type: 'string', default: '16' },
    rate: { type: 'string' },
    'publish-every': { type: 'string', default: '60' },
    out: { type: 'string', default: join(tmpdir(), 'thau-soak.json') },
  },
});
if (process.env.BENCH_DATABASE_URL === undefined) {
  console.error('Set BENCH_DATABASE_URL to a PostgreSQL server.');
  process.exit(2);
}
const minutes = Number(options.minutes);
const port = 4_821;
const url = await setUp(process.env.BENCH_DATABASE_URL);
const folder = mkdtempSync(join(tmpdir(), 'thau-soak-'));
writeSoakProject(folder);
const env = {
  ...process.env,
  DATABASE_URL: url,
  THAU_DATABASE_STATE_SCHEMA: 'thau_soak',
  NODE_ENV: 'production',
  NO_COLOR: '1',
};
const bin = `${import.meta.dirname}/../../bin/thau.js`;
const client = new pg.Client({ connectionString: url });
await client.connect();
await dropEarlier();
await thau('build');
const key = (
  await output(process.execPath, [bin, 'key', 'create', '--name', 'soak', '--project-dir', folder], env)
).trim();
const server = startServer(
  process.execPath,
  [bin, 'serve', '--project-dir', folder],
  { ...env, PORT: String(port) },
  /GraphQL at/,
);
await server.ready;
const { pid } = server.child;
const loads = Object.keys(requests).map((request) => ({ request, ...startLoad() }));
const connections = Math.max(1, Math.round(Number(options.connections) / loads.length));
const ask = (seconds, rateOf) =>
  Promise.all(
    loads.map(({ ask: to, request }) =>
      to({ port, key, dialect: 'thau', request, connections, seconds, rate: rateOf?.(request) }),
    ),
  );

const problems = [];
const publishes = [];
const samples = [];
const seen = [];
let over = false;
let rates;
try {
  await ask(3);
  const full = await ask(10);
  const half = (index) =>
    options.rate === undefined ? full[index].rate / 2 : Number(options.rate) / loads.length;
  rates = Object.fromEntries(loads.map(({ request }, index) => [request, half(index)]));
  const said = Object.entries(rates).map(([request, rate]) => `${rate.toFixed(0)} of ${request}`);
  console.log(
    `${full.reduce((sum, { rate }) => sum + rate, 0).toFixed(0)} requests a second at most; from here on ${said.join(', ')}; ${minutes} minutes`,
  );
  const sampling = sample();
  const publishing = publishAll();
  for (let minute = 1; minute <= minutes; minute += 1) {
    const before = secondsOf(pid).used;
    const shots = await ask(60, (request) => rates[request]);
    const sum = (read) => shots.reduce((all, one) => all + read(one), 0);
    const now = samples.at(-1);
    const line = {
      minute,
      answers: sum(({ answers }) => answers),
      errors: sum(({ errors }) => errors),
      p99: shots.map(({ waits }) => quantile(waits, 0.99)),
      cpuSeconds: secondsOf(pid).used - before,
      ...now,
      publishes: publishes.length,
    };
    seen.push(line);
    if (line.errors > 0)
      problems.push(
        `minute ${minute}: ${line.errors} errors, such as ${shots.find((one) => one.error).error}`,
      );
    console.log(
      [
        `minute ${minute}: ${line.answers} answers, ${line.errors} errors`,
        `p99 ${line.p99.map((value) => value.toFixed(0)).join(' / ')} ms`,
        `CPU ${line.cpuSeconds.toFixed(0)} s`,
        `memory of the API ${now.api.toFixed(0)} MB, of its ${now.connections} connections ${now.database.toFixed(0)} MB`,
        `${publishes.length} publishes, the last in ${publishes.at(-1)?.toFixed(1) ?? '-'} s`,
      ].join(', '),
    );
  }
  over = true;
  await Promise.all([sampling, publishing]);
} finally {
  over = true;
  server.child.kill('SIGTERM');
  for (const { child } of loads) child.kill();
  rmSync(folder, { recursive: true, force: true });
  await dropEarlier().catch(() => undefined);
  await client.end();
}
finish();

/** Every five seconds, what the API and its connections hold for themselves. */
async function sample() {
  while (!over) {
    const { rows } = await client.query(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'thau api'`,
    );
    samples.push({
      at: process.uptime(),
      api: privateMegabytes(pid),
      database: rows.reduce((sum, row) => sum + privateMegabytes(row.pid), 0),
      connections: rows.length,
    });
    for (let tenth = 0; tenth < 50 && !over; tenth += 1) await new Promise((done) => setTimeout(done, 100));
  }
}

/** Builds with another pulse again and again, and asks until the API answers from the new tables. */
async function publishAll() {
  const every = Number(options['publish-every']) * 1000;
  for (let pulse = 1; ; pulse += 1) {
    const due = performance.now() + every;
    while (!over && performance.now() < due) await new Promise((done) => setTimeout(done, 100));
    if (over) return;
    const began = performance.now();
    try {
      await thau('build', '--vars', `{pulse: ${pulse}}`);
      publishes.push((performance.now() - began) / 1000);
      await seesPulse(pulse);
    } catch (error) {
      problems.push(`publish ${pulse}: ${error.message}`);
    }
  }
}

async function seesPulse(pulse) {
  const asked = performance.now();
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: '{ segment(id: 1) { name } }' }),
    });
    const { data } = await answer.json();
    if (data?.segment?.name === `Segment 1 ${pulse}`) return;
    if (performance.now() - asked > 5_000)
      throw new Error(`five seconds after it the API still answers ${JSON.stringify(data)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function thau(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args, '--project-dir', folder], { env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`thau ${args.join(' ')} ended with ${code}: ${said}`)),
    );
  });
}

async function dropEarlier() {
  const { rows } = await client.query(
    `select quote_ident(nspname) as name from pg_namespace where nspname = 'thau_soak' or nspname ~ '^public_soak(__|$)'`,
  );
  for (const { name } of rows) await client.query(`drop schema ${name} cascade`);
}

/**
 * The first ten minutes fill caches and prepare statements, so what follows is compared: its first third and its last.
 * A heap sways between two collections by a third and more, so what counts is what is left after one: the lowest of each
 * five minutes.
 */
function finish() {
  const settled = samples.filter(({ at }) => at - samples[0].at >= 60 * Math.min(10, minutes / 3));
  const memory = {};
  for (const whose of ['api', 'database']) {
    const floors = lowest(settled, whose);
    const third = Math.max(1, Math.floor(floors.length / 3));
    const [early, late] = [median(floors.slice(0, third)), median(floors.slice(-third))];
    memory[whose] = { early, late, floors, most: Math.max(...samples.map((one) => one[whose])) };
    if (late > early * 1.1 && late > early + 5)
      problems.push(`memory of the ${whose} rose from ${early} to ${late} MB`);
  }
  const sum = (read) => seen.reduce((all, one) => all + read(one), 0);
  const result = {
    minutes: seen.length,
    rates,
    answers: sum(({ answers }) => answers),
    errors: sum(({ errors }) => errors),
    publishes: publishes.length,
    publishSeconds: publishes.length > 0 ? median(publishes) : undefined,
    p99: requestsP99(),
    memory,
    problems,
  };
  writeFileSync(options.out, `${JSON.stringify({ ...result, minuteByMinute: seen, samples }, null, 1)}\n`);
  const told = ({ early, late }) =>
    `${early.toFixed(0)} MB early and ${late.toFixed(0)} late (${(late / early).toFixed(2)})`;
  console.log(
    `${problems.length === 0 ? 'HELD' : 'FAILED'}: ${result.minutes} minutes, ${result.answers} answers, ${result.errors} errors, ${result.publishes} publishes, p99 ${result.p99.map((value) => value.toFixed(0)).join(' / ')} ms; memory of the API, the least of each five minutes, ${told(memory.api)}, of its connections ${told(memory.database)}; ${options.out}`,
  );
  for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** The least that was held in each five minutes (of a short run: in each ninth). */
function lowest(some, whose) {
  const span = Math.min(300, (some.at(-1).at - some[0].at) / 9);
  const floors = [];
  for (const one of some) {
    const index = Math.min(
      Math.floor((one.at - some[0].at) / span),
      Math.ceil((some.at(-1).at - some[0].at) / span) - 1,
    );
    floors[index] = Math.min(floors[index] ?? Infinity, one[whose]);
  }
  return floors.filter((value) => value !== undefined);
}

/** The median minute's, for each request. */
function requestsP99() {
  return loads.map((_, index) => median(seen.map(({ p99 }) => p99[index])));
}
