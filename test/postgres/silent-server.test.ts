import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let place: TestDatabase;
beforeAll(async () => {
  place = await createTestDatabase();
  await place.query(`create schema thau; create table thau.run_lock (
      token bigint, run_id bigint, host text, pid int, started_at timestamptz, heartbeat_at timestamptz)`);
  await place.query('insert into thau.run_lock values (0)');
});
afterAll(() => place.drop());

/** Between us and PostgreSQL; once silent, nothing passes and nobody is told. */
async function startProxy(): Promise<{ url: string; silence: () => void; close: () => void }> {
  const target = new URL(place.url);
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    if (silent) return;
    const upstream = connect(Number(target.port === '' ? 5432 : target.port), target.hostname);
    sockets.add(upstream);
    upstream.on('error', () => undefined);
    client.pipe(upstream);
    upstream.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(place.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    silence: () => {
      silent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const built = (file: string): string =>
  JSON.stringify(pathToFileURL(resolve(import.meta.dirname, '../../dist/postgres', file)).href);

test('a process whose server went silent closes what it had open, and ends by itself', async () => {
  const proxy = await startProxy();
  const url = new URL(proxy.url);
  const connection = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: place.name,
  };
  const script = `
    const { Database } = await import(${built('database.js')});
    const { Listener } = await import(${built('listener.js')});
    const { RunLock } = await import(${built('run-lock.js')});
    const database = new Database({ connection: ${JSON.stringify(connection)} });
    const own = await database.session();
    const lock = await RunLock.acquire({ database, stateSchema: 'thau' });
    const listener = await Listener.start({ database, channels: { nobody: () => undefined } });
    await Promise.all([1, 2].map(() => database.query('select pg_sleep(0.05)')));
    process.stdout.write('open');
    await new Promise((done) => process.stdin.once('data', done));
    process.stdin.destroy();
    await Promise.all([own.close(), lock.release(), listener.close(), database.close()]);
    process.stdout.write(' closed');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let text = '';
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
    if (text !== 'open') return;
    proxy.silence();
    child.stdin.write('close');
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    expect(text).toBe('open closed');
    expect(code).toBe(0);
  } finally {
    child.kill('SIGKILL');
    proxy.close();
  }
}, 60_000);

test('a connection is given back though its statement cannot be cancelled any more', async () => {
  const url = new URL(place.url);
  const direct = { host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' };
  const database = new Database({
    connection: {
      host: url.hostname,
      port: Number(url.port === '' ? 5432 : url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: place.name,
    },
    direct,
    max: 1,
  });
  const stop = new AbortController();
  const asked = database.use(
    (session) => {
      stop.abort();
      return session.query('select 1 as x where pg_sleep(0.3) is not null');
    },
    { signal: stop.signal },
  );
  expect((await asked).rows).toEqual([{ x: 1 }]);
  expect((await database.query('select 2 as x')).rows).toEqual([{ x: 2 }]);
  await database.close();
});
