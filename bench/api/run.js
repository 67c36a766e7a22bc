// Requests per second of thau beside the floor and PostGraphile, in one run: answers held equal first, then short rounds
// in which each server has its turn, then medians of each round's own ratios. What else ran on the machine is told, and
// rounds that it disturbed are taken again. `node bench/api/run.js [--connections 16,64] [--seconds 0.5] [--rounds 12]
// [--only customer] [--servers live,floor]`, with the server in BENCH_DATABASE_URL. `--plan`: planning alone.
// `node bench/api/soak.js` is the hour of load.
import { availableParallelism, cpus } from 'node:os';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import pg from 'pg';
import { planTimes } from './plan.js';
import { median, quantile, startLoad } from './processes.js';
import { alike, requests } from './requests.js';
import { ask, startServers, stopServers } from './servers.js';
import { setUp } from './setup.js';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '16,64' },
    seconds: { type: 'string', default: '0.5' },
    rounds: { type: 'string', default: '12' },
    servers: { type: 'string', default: 'live,floor,cached,document,postgraphile' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    plan: { type: 'boolean', default: false },
  },
});
if (options.plan) {
  printPlanning(await planTimes());
  process.exit(0);
}
const database = process.env.BENCH_DATABASE_URL;
if (database === undefined) {
  console.error(
    'Set BENCH_DATABASE_URL to a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres.',
  );
  process.exit(2);
}

/** A round counts where nobody else took more than this of the machine in any turn, or no calmer one could be had. */
const calm = 0.05;

const url = await setUp(database);
const client = new pg.Client({ connectionString: url });
await client.connect();
const servers = await startServers(url, options.servers.split(','));
const load = startLoad();
const table = [];
let versions;
// ended from outside, it leaves no server behind, and says what it knows
process.once('SIGTERM', () => {
  stopServers(servers);
  load.child.kill();
  void client.query('show server_version').then(({ rows }) => {
    versions = rows;
    print();
    process.exit(1);
  });
});
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
versions = (await client.query('show server_version')).rows;
await client.end();
print();
if (!options.json) printPlanning(await planTimes());

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

/** The connections that a server has to the database. */
async function backendsOf(server) {
  const { rows } = await client.query(
    'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
    [server.application],
  );
  return rows.map(({ pid }) => pid);
}

/** One server's turn. The shares are of all cores: `others` is what neither it nor the load nor the database used. */
async function shoot(server, request, connections, seconds) {
  const { port, key, dialect, child } = server;
  const watch = { server: child.pid, database: await backendsOf(server) };
  const result = await load.ask({ port, key, dialect, request, connections, seconds, watch });
  if (result.errors > 0)
    throw new Error(`${request} by ${server.name}: ${result.errors} faults, such as ${result.error}`);
  const { used, answers, seconds: took } = result;
  const own = used.server + used.database + used.load;
  return {
    ...result,
    server: used.server / answers,
    waited: used.waited / answers,
    database: used.database / answers,
    load: used.load / answers,
    cpu: own / answers,
    others: Math.max(0, used.machine - own) / (took * availableParallelism()),
  };
}

async function measure(request, connections) {
  const taking = asked(request);
  const seconds = Number(options.seconds);
  const wanted = Number(options.rounds);
  // a warm server: the compiler has seen the path, every connection its plans
  for (const server of taking) await shoot(server, request, connections, 1.5);
  const taken = [];
  let calmOnes = 0;
  for (let round = 0; calmOnes < wanted && round < 2 * wanted; round += 1) {
    const seen = {};
    for (const server of round % 2 === 0 ? taking : [...taking].reverse())
      seen[server.name] = await shoot(server, request, connections, seconds);
    const others = Math.max(...Object.values(seen).map((one) => one.others));
    taken.push({ seen, others });
    if (!(others > calm)) calmOnes += 1;
  }
  const rounds = taken
    .sort((a, b) => a.others - b.others)
    .slice(0, wanted)
    .map(({ seen }) => seen);
  return taking.map(({ name }) => {
    const all = (read) => rounds.map((round) => read(round[name], round));
    const of = (read) => median(all(read));
    const p99 = (server) =>
      quantile(
        rounds.flatMap((round) => [...round[server].waits]),
        0.99,
      );
    const against = (other, read) =>
      servers[other] === undefined ? undefined : all((own, round) => read(own) / read(round[other]));
    const ratio = (other, read) => {
      const ratios = against(other, read);
      return ratios && { ratio: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
    };
    return {
      request,
      connections,
      server: name,
      rate: of(({ rate }) => rate),
      floor: ratio('floor', ({ rate }) => rate),
      floorByCpu: ratio('floor', ({ cpu }) => 1 / cpu)?.ratio,
      postgraphile: ratio('postgraphile', ({ rate }) => rate),
      p50: of(({ waits }) => median(waits)),
      p99: p99(name),
      p99Ratio: servers.floor && p99(name) / p99('floor'),
      serverMs: 1000 * of(({ server }) => server),
      databaseMs: 1000 * of(({ database }) => database),
      databaseRatio: servers.live && of((own, round) => own.database / round.live.database),
      loadMs: 1000 * of(({ load }) => load),
      waitedMs: 1000 * of(({ waited }) => waited),
      others: of(({ others }) => others),
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
  console.log(
    `${machine}; medians of the ${options.rounds} calmest rounds of ${options.seconds} s; in brackets the middle half of the rounds`,
  );
  const figure = (value, digits) => (value === undefined ? '-' : value.toFixed(digits));
  const spread = (value) =>
    value === undefined
      ? '-'
      : `${value.ratio.toFixed(value.ratio < 3 ? 3 : 1)} (${value.low.toFixed(2)}-${value.high.toFixed(2)})`;
  const columns = {
    server: ({ server }) => server,
    'req/s': ({ rate }) => figure(rate, 0),
    'of the floor': ({ floor }) => spread(floor),
    'by CPU': ({ floorByCpu }) => figure(floorByCpu, 3),
    'of PostGraphile': ({ postgraphile }) => spread(postgraphile),
    'p50 ms': ({ p50 }) => figure(p50, 1),
    'p99 ms': ({ p99 }) => figure(p99, 1),
    'p99 of floor': ({ p99Ratio }) => figure(p99Ratio, 2),
    'CPU ms: server': ({ serverMs }) => figure(serverMs, 3),
    PostgreSQL: ({ databaseMs }) => figure(databaseMs, 3),
    load: ({ loadMs }) => figure(loadMs, 3),
    'server waits': ({ waitedMs }) => figure(waitedMs, 3),
    others: ({ others }) => `${figure(100 * others, 0)} %`,
  };
  const wide = { 'of the floor': 18, 'of PostGraphile': 20 };
  const line = (cells) =>
    `  ${Object.keys(columns)
      .map((name, index) => cells[index].padStart(Math.max(wide[name] ?? 8, name.length)))
      .join(' ')}`;
  let last = '';
  for (const row of table) {
    const title = `${row.request}, ${row.connections} connections, ${row.kilobytes.toFixed(0)} kB`;
    if (`${row.request}${row.connections}` !== last) console.log(`\n${title}\n${line(Object.keys(columns))}`);
    last = `${row.request}${row.connections}`;
    console.log(line(Object.values(columns).map((cell) => cell(row))));
  }
}
