// `npm run bench`: everything under bench/, as ratios. The server is BENCH_DATABASE_URL, or the embedded one in
// bench/.thau. Options go to the parts: `npm run bench -- --seconds 10`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { compileIfStale } from '../bin/compile.js';

const here = import.meta.dirname;
let env = process.env;
await compileIfStale();
const server = process.env.BENCH_DATABASE_URL === undefined ? await embedded() : undefined;
if (server) env = { ...env, BENCH_DATABASE_URL: server.url };
try {
  for (const part of ['parse/run.js', 'build/run.js', 'runs/run.js', 'identity/run.js', 'api/run.js']) {
    if (existsSync(`${here}/${part}`)) run(process.execPath, [`${here}/${part}`, ...process.argv.slice(2)]);
  }
} finally {
  await server?.leave();
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}

async function embedded() {
  const { useEmbeddedServer } = await import('../dist/postgres/embedded/embedded-server.js');
  const used = await useEmbeddedServer({ folder: `${here}/.thau`, port: 54_321, memory: 0, durable: true });
  const { user, password, database } = used.connection;
  const login = `${encodeURIComponent(user ?? 'postgres')}:${encodeURIComponent(password ?? '')}`;
  return { url: `postgres://${login}@127.0.0.1:54321/${database ?? 'postgres'}`, leave: () => used.leave() };
}
