// Build time of thau beside the same statements run by hand over one connection: what rendering, planning, history,
// stable views and the publish cost. One thread on both sides, one process after the other, three times in turn.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const here = import.meta.dirname;
const bin = join(here, '../../bin/thau.js');
const rows = Number(option('--rows') ?? 500_000);
const rounds = Number(option('--rounds') ?? 3);
const base = new URL(process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres');
const name = 'thau_bench_build';
const place = new URL(base);
place.pathname = `/${name}`;

await using(base, async (admin) => {
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
});
const project = mkdtempSync(join(tmpdir(), 'thau-bench-'));
try {
  cpSync(join(here, 'project'), project, { recursive: true });
  await using(place, makeRawTables);
  thau('build'); // makes thau's own tables, and warms the caches of both
  const ours = [];
  const hands = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(thau('build', '--no-carry'));
    hands.push(await byHand());
  }
  const idle = thau('build');
  const hand = median(hands);
  const run = median(ours.map((one) => one.seconds));
  const whole = median(ours.map((one) => one.wall));
  console.log(
    `build: ${ours[0].nodes} nodes over ${rows.toLocaleString('en')} raw events, one thread, median of ${rounds}`,
  );
  console.log(`  the same statements by hand   ${hand.toFixed(2)} s`);
  console.log(
    `  thau's run                    ${run.toFixed(2)} s   ratio ${(run / hand).toFixed(2)} (at most 1.3)`,
  );
  console.log(`  thau build, process and all   ${whole.toFixed(2)} s   ratio ${(whole / hand).toFixed(2)}`);
  console.log(`  a run with nothing to do      ${idle.seconds.toFixed(2)} s`);
} finally {
  rmSync(project, { recursive: true, force: true });
  await using(base, (admin) => admin.query(`drop database if exists ${name} with (force)`));
}

/** Runs the command line; answers the run's own seconds and those of the whole process. */
function thau(...args) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [bin, ...args, '--threads', '1', '--json', '--project-dir', project],
    { env: { ...process.env, DATABASE_URL: place.href }, encoding: 'utf8', maxBuffer: 1e9 },
  );
  const wall = (performance.now() - began) / 1000;
  const finished = stdout.split('\n').find((line) => line.includes('"run_finished"'));
  if (status !== 0 || !finished) throw new Error(`thau ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  const { summary } = JSON.parse(finished);
  return { seconds: summary.seconds, wall, nodes: Object.values(summary.counts).reduce((a, b) => a + b, 0) };
}

/** What thau just ran, statement by statement, as a person would have typed it. */
async function byHand() {
  const { results } = JSON.parse(readFileSync(join(project, 'target/run_results.json'), 'utf8'));
  const { nodes } = JSON.parse(readFileSync(join(project, 'target/manifest.json'), 'utf8'));
  const statements = results
    .filter((result) => result.compiled_code)
    .flatMap(({ unique_id: id, compiled_code: code }) => {
      const sql = code.replaceAll(/"public__r\d+"/g, '"by_hand"');
      const { resource_type: type, alias, config } = nodes[id];
      if (type === 'test') return [`select count(*) from (\n${sql}\n) as failing`];
      const relation = `by_hand."${alias}"`;
      if (config.materialized === 'view') return [`create view ${relation} as ${sql}`];
      return [`create table ${relation} as ${sql}`, `analyze ${relation}`];
    });
  return using(place, async (client) => {
    await client.query('drop schema if exists by_hand cascade; create schema by_hand');
    const began = performance.now();
    for (const statement of statements) await client.query(statement);
    return (performance.now() - began) / 1000;
  });
}

async function makeRawTables(client) {
  await client.query(`
    create schema raw;
    create table raw.customers as
      select i as id, 'c' || i || '@example.com' as email, 'customer ' || i as name,
             (array['Hà Nội', 'Đà Nẵng', 'Cần Thơ'])[1 + i % 3] as city
      from generate_series(1, ${rows} / 20) as i;
    create table raw.events as
      select i as id, 1 + (i * 7919::bigint) % (${rows} / 20) as customer_id,
             timestamptz '2025-01-01' + (i % 31536000) * interval '1 second' as at,
             (array['web', 'store', 'app', 'email'])[1 + i % 4] as channel,
             (array['view', 'cart', 'purchase', 'ticket'])[1 + (i / 4) % 4] as kind,
             ((i * 31) % 1000)::numeric as amount
      from generate_series(1, ${rows}) as i;
    analyze;
  `);
}

async function using(url, work) {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
