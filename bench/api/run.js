// Requests per second of thau beside the floor and PostGraphile, in one run: answers held equal first, then short rounds
// in turn, then medians. `node bench/api/run.js [--connections 16,64] [--seconds 5] [--rounds 5] [--only customer]
// [--servers live,floor]`, with the server in BENCH_DATABASE_URL. `--plan`: planning alone. `node bench/api/soak.js` is
// the hour of load.
import { availableParallelism, cpus } from 'node:os';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import pg from 'pg';
import { planTimes } from './plan.js';
import { median, secondsOf, startLoad } from './processes.js';
import { alike, requests } from './requests.js';
import { ask, startServers, stopServers } from './servers.js';
import { setUp } from './setup.js';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '16,64' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    servers: { type: 'string', default: 'live,floor,cached,document,postgraphile' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    plan: { type: 'boolean', default: false },
  },
});
if (options.plan) {
  printPlanning(planTimes());
  process.exit(0);
}
const database = process.env.BENCH_DATABASE_URL;
if (database === undefined) {
  console.error(
    'Set BENCH_DATABASE_URL to a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres.',
  );
  process.exit(2);
}

const url = await setUp(database);
const client = new pg.Client({ connectionString: url });
await client.connect();
const servers = await startServers(url, options.servers.split(','));
const load = startLoad();
const table = [];
try {
  await holdEqual();
  await documentReady();
  for (const request of Object.keys(requests)) {
    if (options.only !== undefined && !request.includes(options.only)) continue;
    for (const connections of options.connections.split(',').map(Number)) {
      table.push(...(await measure(request, connections)));
    }
  }
} finally {
  stopServers(servers);
  load.child.kill();
}
const { rows: versions } = await client.query('show server_version');
await client.end();
print();
if (!options.json) printPlanning(planTimes());

/** The servers that a request is for: what is kept ready is one customer's view. */
function asked(request) {
  return Object.values(servers).filter(({ name }) => name !== 'document' || request === 'one customer');
}

async function holdEqual() {
  for (const [request, { variables }] of Object.entries(requests)) {
    for (let time = 0; time < 20; time += 1) {
      const given = variables();
      const answers = await Promise.all(
        asked(request).map(async (server) => [server, await ask(server, request, given)]),
      );
      const [[, first]] = answers;
      for (const [server, answer] of answers) {
        if (answer.errors === undefined && isDeepStrictEqual(alike(answer), alike(first))) continue;
        const texts = [first, answer].map((one) => JSON.stringify(alike(one)).slice(0, 2_000));
        throw new Error(
          `${request}: ${server.name} answers ${JSON.stringify(given)} differently\n${texts.join('\n')}`,
        );
      }
    }
  }
}

/** The document's table is filled in the background: its server is not to be measured before. */
async function documentReady() {
  if (servers.document === undefined) return;
  for (let time = 0; time < 600; time += 1) {
    const { rows } = await client.query(
      `select count(*)::int as ready from pg_class c where c.relnamespace = 'thau_documents'::regnamespace
       and c.relname like 'document_%' and c.relkind = 'r' and obj_description(c.oid, 'pg_class')
           = (select generation::text from thau_documents.pointer)`,
    );
    if (rows[0].ready > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the document was not ready after two minutes');
}

/** CPU seconds of each connection that a server has; NaN where the database runs elsewhere. */
async function databaseSeconds(server) {
  const { rows } = await client.query(
    'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
    [server.application],
  );
  return rows.map(({ pid }) => [pid, secondsOf(pid).used]);
}

async function measure(request, connections) {
  const shoot = async (server, seconds) => {
    const { port, key, dialect, child } = server;
    const backends = new Map(await databaseSeconds(server));
    const before = secondsOf(child.pid);
    const result = await load.ask({ port, key, dialect, request, connections, seconds });
    if (result.errors > 0)
      throw new Error(`${request} by ${server.name}: ${result.errors} faults, such as ${result.error}`);
    const after = secondsOf(child.pid);
    let used = 0;
    for (const [pid, now] of await databaseSeconds(server)) used += now - (backends.get(pid) ?? now);
    return {
      ...result,
      server: (after.used - before.used) / result.answers,
      waited: (after.waited - before.waited) / result.answers,
      database: used / result.answers,
      load: result.cpu / result.answers,
    };
  };
  const taking = asked(request);
  // a warm server: the compiler has seen the path, every connection its plans
  for (const server of taking) await shoot(server, 1.5);
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const order = round % 2 === 0 ? taking : [...taking].reverse();
    const seen = {};
    for (const server of order) seen[server.name] = await shoot(server, Number(options.seconds));
    rounds.push(seen);
  }
  return taking.map(({ name }) => {
    const of = (read) => median(rounds.map((round) => read(round[name], round)));
    const against = (other) =>
      servers[other] === undefined ? undefined : of((own, round) => own.rate / round[other].rate);
    return {
      request,
      connections,
      server: name,
      rate: of(({ rate }) => rate),
      floor: against('floor'),
      postgraphile: against('postgraphile'),
      p50: of(({ p50 }) => p50),
      p99: of(({ p99 }) => p99),
      p99Ratio: servers.floor && of((own, round) => own.p99 / round.floor.p99),
      serverMs: 1000 * of(({ server }) => server),
      databaseMs: 1000 * of(({ database }) => database),
      databaseRatio: servers.live && of((own, round) => own.database / round.live.database),
      loadMs: 1000 * of(({ load }) => load),
      waitedMs: 1000 * of(({ waited }) => waited),
      kilobytes: of(({ bytes, answers }) => bytes / answers / 1000),
    };
  });
}

/** Milliseconds from a document's text to its statement, and of that for the plan. */
function printPlanning({ fields, first, median: usual, p99, withParsing }) {
  const figures = (of) => [of.first, of.median, of.p99].map((value) => value.toFixed(2)).join(' / ');
  console.log(
    `A new document of ${fields} fields, first / median / p99: planned in ${figures({ first, median: usual, p99 })} ms, parsed, validated and planned in ${figures(withParsing)} ms`,
  );
}

function print() {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}, PostgreSQL ${versions[0].server_version}`;
  if (options.json) {
    console.log(JSON.stringify({ machine, table }));
    return;
  }
  console.log(`${machine}; medians of ${options.rounds} rounds of ${options.seconds} s`);
  const figure = (value, digits, unit = '') =>
    value === undefined ? '-' : `${value.toFixed(digits)}${unit}`;
  const head = [
    'server',
    'req/s',
    'of floor',
    'of PostGraphile',
    'p50 ms',
    'p99 ms',
    'p99 of floor',
    'CPU ms: server',
    'PostgreSQL',
    'load',
    'server waits',
  ];
  let last = '';
  for (const row of table) {
    const title = `${row.request}, ${row.connections} connections, ${row.kilobytes.toFixed(0)} kB`;
    if (`${row.request}${row.connections}` !== last)
      console.log(`\n${title}\n  ${head.map((name) => name.padStart(12)).join(' ')}`);
    last = `${row.request}${row.connections}`;
    const cells = [
      row.server,
      figure(row.rate, 0),
      figure(row.floor, 3),
      figure(row.postgraphile, 2),
      figure(row.p50, 1),
      figure(row.p99, 1),
      figure(row.p99Ratio, 2),
      figure(row.serverMs, 3),
      figure(row.databaseMs, 3),
      figure(row.loadMs, 3),
      figure(row.waitedMs, 3),
    ];
    console.log(`  ${cells.map((cell, index) => cell.padStart(Math.max(12, head[index].length))).join(' ')}`);
  }
}
