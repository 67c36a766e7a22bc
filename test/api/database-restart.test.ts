import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createKey } from '../../src/access/key-store.js';
import { Database } from '../../src/postgres/database.js';
import { installedBinaries } from '../../src/postgres/embedded/binaries.js';
import { existingHome, makeBase } from '../../src/postgres/embedded/home.js';
import { stopPostmaster } from '../../src/postgres/embedded/postmaster.js';
import { useEmbeddedServer, type EmbeddedServer } from '../../src/postgres/embedded/embedded-server.js';
import { migrate } from '../../src/postgres/migrate.js';
import { connectionOf } from '../support/connection.js';
import type { StateDatabase } from '../support/state-database.js';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveOn } from './support/serve-fixture.js';

/** A door that the API's connections go through: what is published while it is shut happens while it is away. */
class Door {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #shut = false;

  constructor(target: () => number) {
    this.#server = createServer((client) => {
      if (this.#shut) {
        client.destroy();
        return;
      }
      const database = connect(target(), '127.0.0.1');
      for (const [one, other] of [
        [client, database],
        [database, client],
      ] as const) {
        this.#open.add(one);
        one.on('error', () => undefined);
        one.once('close', () => {
          this.#open.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  shut(): void {
    this.#shut = true;
    for (const socket of this.#open) socket.destroy();
  }

  open(): void {
    this.#shut = false;
  }

  close(): void {
    this.shut();
    this.#server.close();
  }
}

/** A PostgreSQL of this file's own, since nobody else's may be ended. */
const folder = mkdtempSync(join(tmpdir(), 'thau-restart-'));
let server: EmbeddedServer | undefined;
let door: Door;
let direct = '';
let home: StateDatabase;
let api: Awaited<ReturnType<typeof serveOn>>;
let key = '';
let clients: Client[] = [];
const closing: (() => Promise<unknown>)[] = [];

async function start(port: number): Promise<void> {
  server = await useEmbeddedServer({ folder, port, memory: 0, durable: false });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

beforeAll(async () => {
  await start(await freePort());
  const { user = '', password = '', port = 0 } = server?.connection ?? {};
  const url = (at: number): string =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/postgres`;
  door = new Door(() => port);
  direct = url(port);
  const through = url(await door.listen());
  const database = new Database({ connection: connectionOf(through) });
  await migrate({ database, connection: connectionOf(direct), stateSchema: 'thau' });
  home = {
    database,
    state: 'thau',
    drop: () => Promise.resolve(),
    test: { name: 'postgres', url: through, query: () => Promise.resolve([]), drop: () => Promise.resolve() },
  };
  ({ text: key } = await createKey(home, { name: 'test' }));
  await publish();
  api = await serveOn(home);
  closing.push(
    () => api.stop(),
    () => database.close(),
  );
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  clients = [];
  door.open();
  for (const close of closing) await close();
  door.close();
  await server?.leave();
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes by a connection of its own, past the door. */
async function publish(): Promise<string> {
  const database = new Database({ connection: connectionOf(direct) });
  try {
    return await publishFixture({ ...home, database }, shop);
  } finally {
    await database.close();
  }
}

/** Ends the server, as a restart of the machine does, and starts it again. */
async function restart(): Promise<void> {
  const port = server?.connection.port ?? 0;
  await server?.leave();
  await start(port);
}

/** Breaks every backend off in the middle, as a crash does, and starts it again. */
async function crash(): Promise<void> {
  const port = server?.connection.port ?? 0;
  const { dataFolder } = existingHome(makeBase(folder));
  const client = new pg.Client({ connectionString: direct });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where backend_type = 'checkpointer'`,
  );
  await client.end();
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
  await stopPostmaster(dataFolder, installedBinaries());
  await server?.leave();
  await start(port);
}

const query = 'subscription { told: generationPublished { generation } }';
type Events = AsyncIterableIterator<
  { data?: { told?: { generation: string } }; errors?: unknown },
  undefined
>;

function bySocket(by = key, retryAttempts = 0): () => Promise<unknown> {
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${by}` },
    // without a retry, a connection that breaks is an error, never made again in silence
    retryAttempts,
  });
  clients.push(client);
  const events = client.iterate({ query }) as Events;
  return async () => {
    const { value } = await events.next();
    return value?.errors ?? value?.data?.told?.generation;
  };
}

async function byStream(): Promise<() => Promise<unknown>> {
  const response = await fetch(`${api.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  closing.unshift(() => reader.cancel());
  let text = '';
  return async () => {
    for (;;) {
      const found = /data: (.*)\n\n/.exec(text);
      if (found) {
        text = text.slice(found.index + found[0].length);
        const answer = JSON.parse(found[1] ?? '') as {
          data?: { told: { generation: string } };
          errors?: unknown;
        };
        return answer.errors ?? answer.data?.told.generation;
      }
      const { done, value } = await reader.read();
      if (done) return 'ended';
      text += Buffer.from(value).toString('utf8');
    }
  };
}

const open = (): Promise<number> =>
  fetch(`${api.url}/metrics`, { headers: { 'x-api-key': key } }).then(async (response) =>
    Number(/^thau_api_subscriptions (\d+)$/m.exec(await response.text())?.[1]),
  );

test('a restart of the whole server, and a crash, drop no event and end no subscription', async () => {
  const socket = bySocket();
  const stream = await byStream();
  let nextOfSocket = socket();
  let nextOfStream = stream();
  await expect.poll(open, { timeout: 30_000 }).toBe(2);
  for (const end of [restart, crash]) {
    door.shut();
    await end();
    // the API knows nothing of the server that is there again, and so hears of neither
    const missed = [await publish(), await publish()];
    const away = await post(api.url, key, { query: '{ customers { totalCount } }' });
    expect([away.status, away.body.errors?.[0]?.extensions['code']]).toEqual([503, 'UNAVAILABLE']);
    expect(away.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    door.open();
    const told = [await nextOfSocket, await socket()];
    expect(told).toEqual(missed);
    expect([await nextOfStream, await stream()]).toEqual(missed);
    nextOfSocket = socket();
    nextOfStream = stream();
    const heard = await publish();
    expect(await nextOfSocket).toBe(heard);
    expect(await nextOfStream).toBe(heard);
    nextOfSocket = socket();
    nextOfStream = stream();
    // without a restart of ours
    await expect
      .poll(async () => (await fetch(`${api.url}/health/ready`)).status, { timeout: 30_000 })
      .toBe(200);
    const back = await post(api.url, key, { query: '{ customers { totalCount } }' });
    expect(back.body.data).toEqual({ customers: { totalCount: 3 } });
  }
  expect(await open()).toBe(2);
}, 120_000);

test('whoever comes by websocket while the database is away is let in when it is back', async () => {
  const database = new Database({ connection: connectionOf(direct) });
  const { text: unread } = await createKey({ ...home, database }, { name: 'later' });
  await database.close();
  const before = await open();
  door.shut();
  // it is told to try again later at the most, which the client does; never that something is wrong for good
  const first = bySocket(unread, 100)();
  await expect
    .poll(async () => (await fetch(`${api.url}/health/ready`)).status, { timeout: 30_000 })
    .toBe(503);
  door.open();
  await expect.poll(open, { timeout: 30_000 }).toBe(before + 1);
  const generation = await publish();
  expect(await first).toBe(generation);
}, 120_000);
