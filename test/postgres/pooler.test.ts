import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import { RunLock } from '../../src/postgres/run-lock.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let pooler: Server;
let port: number;

/** Hands bytes through, and like a pooler gives clients keys of its own instead of the backend's. */
beforeAll(async () => {
  scratch = await createTestDatabase();
  const { host = '', port: real = 5432 } = connectionOf(scratch.url);
  pooler = createServer((client) => {
    const server = connect(real, host);
    client.on('error', () => server.destroy()).pipe(server);
    server.on('error', () => client.destroy());
    server.on('data', (chunk: Buffer) => {
      // BackendKeyData: 'K', length 12, process id, secret
      const at = chunk.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (at >= 0) chunk.writeInt32BE(7, at + 5);
      client.write(chunk);
    });
    server.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  port = (pooler.address() as { port: number }).port;
});
afterAll(async () => {
  pooler.close();
  await scratch.drop();
});

test('the run lock refuses a pooler, and names what to set; with a direct address it works', async () => {
  const direct = connectionOf(scratch.url);
  const connection = { ...direct, host: '127.0.0.1', port };
  const pooled = new Database({ connection, max: 2 });
  const refused = {
    code: 'POSTGRES_POOLER',
    hint: expect.stringContaining('DATABASE_DIRECT_URL') as string,
  };
  await expect(migrate({ database: pooled, connection, stateSchema: 'thau' })).rejects.toMatchObject(refused);
  const both = new Database({ connection, direct, max: 2 });
  await migrate({ database: both, connection: direct, stateSchema: 'thau' });
  await expect(RunLock.acquire({ database: pooled, stateSchema: 'thau' })).rejects.toMatchObject(refused);
  await pooled.close();
  const lock = await RunLock.acquire({ database: both, stateSchema: 'thau' });
  await both.transaction((tx) => lock.assertHeld(tx));
  await lock.release();
  await both.close();
});
