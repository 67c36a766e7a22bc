// Requests per second of thau beside the floor, in one run: answers held equal first, then short rounds in turn, then
// medians. `node bench/api/run.js [--connections 16] [--seconds 5] [--rounds 5]`, with the server in BENCH_DATABASE_URL.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { requests } from './requests.js';
import { publish, setUp } from './setup.js';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const database = process.env.BENCH_DATABASE_URL;
if (database === undefined) {
  console.error(
    'Set BENCH_DATABASE_URL to a PostgreSQL server, such as postgres://postgres@127.0.0.1:5432/postgres.',
  );
  process.exit(2);
}
const here = import.meta.dirname;
const root = `${here}/../..`;
const thauPort = 4_801;
const floorPort = 4_802;

const url = await setUp(database);
const env = {
  ...process.env,
  DATABASE_URL: url,
  PORT: String(thauPort),
  NODE_ENV: 'production',
  NO_COLOR: '1',
};
const thau = (...args) => [
  process.execPath,
  [`${root}/bin/thau.js`, '--project-dir', `${here}/project`, ...args],
];
const key = (await output(...thau('key', 'create', '--name', 'bench'))).trim();
await publish(url);
const servers = new Map([
  [thauPort, start(...thau('serve'), /GraphQL at/)],
  [floorPort, start(process.execPath, [`${here}/floor.js`, String(floorPort), url, key], /listening/)],
]);
try {
  await Promise.all([...servers.values()].map(({ ready }) => ready));
  await holdEqual();
  const table = [];
  for (const name of Object.keys(requests)) {
    if (options.only === undefined || name.includes(options.only)) table.push(await measure(name));
  }
  print(table);
} finally {
  for (const { child } of servers.values()) child.kill('SIGTERM');
}

function start(command, args, sign) {
  // one core for the server under test where the system can say so
  const pinned = process.platform === 'linux' ? ['taskset', ['-c', '0', command, ...args]] : [command, args];
  const child = spawn(pinned[0], pinned[1], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ready = new Promise((resolve, reject) => {
    let said = '';
    const read = (chunk) => {
      said += chunk;
      if (sign.test(said)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`)));
  });
  ready.catch(() => undefined);
  return { child, ready };
}

function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('exit', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${args.join(' ')}: ${code}`)),
    );
  });
}

function headers() {
  return { 'content-type': 'application/json', authorization: `Bearer ${key}` };
}

async function holdEqual() {
  for (const [name, { query, variables }] of Object.entries(requests)) {
    for (let time = 0; time < 20; time += 1) {
      const body = JSON.stringify({ query, variables: variables() });
      const [ours, theirs] = await Promise.all(
        [thauPort, floorPort].map(async (port) => {
          const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
            method: 'POST',
            headers: headers(),
            body,
          });
          return answer.json();
        }),
      );
      if (!isDeepStrictEqual(ours, theirs) || ours.errors !== undefined) {
        throw new Error(
          `${name}: the answers differ for ${body}\n${JSON.stringify(ours)}\n${JSON.stringify(theirs)}`,
        );
      }
    }
  }
}

async function measure(name) {
  const { query, variables } = requests[name];
  const shoot = async (port, duration) => {
    const before = cpuSeconds(servers.get(port).child.pid);
    const result = await autocannon({
      url: `http://127.0.0.1:${port}/graphql`,
      connections: Number(options.connections),
      duration,
      requests: [
        {
          method: 'POST',
          headers: headers(),
          setupRequest: (request) => ({
            ...request,
            body: JSON.stringify({ query, variables: variables() }),
          }),
        },
      ],
    });
    if (result.non2xx > 0 || result.errors > 0)
      throw new Error(`${name}: ${result.non2xx} refused, ${result.errors} broken`);
    const cpu = (cpuSeconds(servers.get(port).child.pid) - before) / result['2xx'];
    return { rate: result['2xx'] / result.duration, p99: result.latency.p99, cpu };
  };
  await shoot(thauPort, 2);
  await shoot(floorPort, 2);
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const order = round % 2 === 0 ? [thauPort, floorPort] : [floorPort, thauPort];
    const seen = {};
    for (const port of order) seen[port] = await shoot(port, Number(options.seconds));
    rounds.push({ ours: seen[thauPort], floor: seen[floorPort] });
  }
  return {
    name,
    thau: median(rounds.map(({ ours }) => ours.rate)),
    floor: median(rounds.map(({ floor }) => floor.rate)),
    ratio: median(rounds.map(({ ours, floor }) => ours.rate / floor.rate)),
    cpu: median(rounds.map(({ ours }) => ours.cpu)),
    floorCpu: median(rounds.map(({ floor }) => floor.cpu)),
    cpuRatio: median(rounds.map(({ ours, floor }) => floor.cpu / ours.cpu)),
    p99: median(rounds.map(({ ours }) => ours.p99)),
    floorP99: median(rounds.map(({ floor }) => floor.p99)),
  };
}

/** User and system time of a process so far; NaN where the system does not say. */
function cpuSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print(table) {
  if (options.json) {
    console.log(JSON.stringify(table));
    return;
  }
  console.log(
    `Requests per second at ${options.connections} connections, medians of ${options.rounds} rounds of ${options.seconds} s:`,
  );
  for (const row of table) {
    console.log(
      [
        `  ${row.name.padEnd(28)} thau ${row.thau.toFixed(0).padStart(5)}  floor ${row.floor.toFixed(0).padStart(5)}  ratio ${row.ratio.toFixed(2)}`,
        `p99 ${row.p99} ms (floor ${row.floorP99} ms)`,
        `server CPU ${(row.cpu * 1000).toFixed(3)} ms a request (floor ${(row.floorCpu * 1000).toFixed(3)} ms, ratio ${row.cpuRatio.toFixed(2)})`,
      ].join('  '),
    );
  }
}
