// A long time at half load with a publish a minute: answers, errors, times and memory, minute by minute.
// `node bench/api/soak.js [--minutes 60] [--connections 16] [--rate 500] [--publish-every 60]`, with the server in
// BENCH_DATABASE_URL. `--rate` is requests a second, a third of them for each request; without it the rate is half of
// what the server answered in ten seconds before.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { median, quantile, residentMegabytes, secondsOf, startLoad } from './processes.js';
import { requests } from './requests.js';
import { startServers, stopServers } from './servers.js';
import { publish, setUp } from './setup.js';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    connections: { type: 'string', default: '16' },
    rate: { type: 'string' },
    'publish-every': { type: 'string', default: '60' },
  },
});
if (process.env.BENCH_DATABASE_URL === undefined) {
  console.error('Set BENCH_DATABASE_URL to a PostgreSQL server.');
  process.exit(2);
}
const url = await setUp(process.env.BENCH_DATABASE_URL);
const servers = await startServers(url, ['cached'], { firstPort: 4_821, own: 'thau_soak' });
const server = servers.cached;
const { pid } = server.child;
const loads = Object.keys(requests).map((request) => ({ request, ...startLoad() }));
const client = new pg.Client({ connectionString: url });
await client.connect();
const connections = Math.max(1, Math.round(Number(options.connections) / loads.length));
const { port, key, dialect } = server;
const ask = (seconds, rate) =>
  Promise.all(
    loads.map(({ ask: to, request }) =>
      to({ port, key, dialect, request, connections, seconds, rate: rate && rate / loads.length }),
    ),
  );

let failed = false;
let publishing;
try {
  const full = await ask(10);
  const most = full.reduce((sum, { rate }) => sum + rate, 0);
  const rate = options.rate === undefined ? Math.round(most / 2) : Number(options.rate);
  console.log(
    `${most.toFixed(0)} requests a second at most; from here on ${rate}, ${options.minutes} minutes`,
  );
  let publishes = 0;
  publishing = setInterval(
    () => {
      void publish(url, { state: 'thau_soak' }).then(
        () => (publishes += 1),
        (error) => {
          failed = true;
          console.error(`a publish failed: ${error.message}`);
        },
      );
    },
    Number(options['publish-every']) * 1000,
  );
  const seen = [];
  for (let minute = 1; minute <= Number(options.minutes); minute += 1) {
    const before = secondsOf(pid).used;
    const shots = await ask(60, rate);
    const answers = shots.reduce((sum, one) => sum + one.answers, 0);
    const errors = shots.reduce((sum, one) => sum + one.errors, 0);
    const memory = residentMegabytes(pid);
    const { rows } = await client.query(
      `select count(*)::int as open from pg_stat_activity where datname = current_database() and application_name like 'thau%'`,
    );
    seen.push({ errors, memory });
    failed ||= errors > 0;
    console.log(
      [
        `minute ${minute}: ${answers} answers, ${errors} errors${errors > 0 ? ` (${shots.find(({ error }) => error)?.error})` : ''}`,
        `p99 ${shots.map(({ waits }) => quantile(waits, 0.99).toFixed(0)).join(' / ')} ms`,
        `CPU ${(secondsOf(pid).used - before).toFixed(0)} s`,
        `memory ${memory.toFixed(0)} MB`,
        `${rows[0].open} connections`,
        `${publishes} publishes`,
      ].join(', '),
    );
  }
  // the first minutes fill the caches, so what follows is compared: its first third against its last
  const settled = seen.slice(Math.min(5, Math.floor(seen.length / 3))).map(({ memory }) => memory);
  const third = Math.max(1, Math.floor(settled.length / 3));
  const early = median(settled.slice(0, third));
  const late = median(settled.slice(-third));
  const errors = seen.reduce((sum, one) => sum + one.errors, 0);
  console.log(
    `${seen.length} minutes, ${publishes} publishes, ${errors} errors, memory ${early.toFixed(0)} MB early and ${late.toFixed(0)} MB late (${(late / early).toFixed(2)})`,
  );
  if (late > early * 1.1) failed = true;
} finally {
  clearInterval(publishing);
  stopServers(servers);
  for (const { child } of loads) child.kill();
  await client.end();
}
process.exitCode = failed ? 1 : 0;
