import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connection } from '../../src/config/connection.js';
import { Database } from '../../src/postgres/database.js';
import { Listener } from '../../src/postgres/listener.js';
import { migrate } from '../../src/postgres/migrate.js';
import { RunLock, runLockHolder } from '../../src/postgres/run-lock.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let connection: Connection;
let database: Database;
const stateSchema = 'thau';

beforeAll(async () => {
  scratch = await createTestDatabase();
  connection = connectionOf(scratch.url);
  database = new Database({ connection, max: 4 });
  await migrate({ database, connection, stateSchema });
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});
beforeEach(async () => {
  await database.query(
    `update thau.run_lock set run_id = null, host = null, pid = null, heartbeat_at = null`,
  );
});

function lockBackends(): Promise<Record<string, unknown>[]> {
  return scratch.query(
    `select pg_terminate_backend(pid, 5000) as done from pg_stat_activity
     where application_name = 'thau run lock' and datname = current_database()`,
  );
}

test('one holds the lock; the other is refused with run, process and start', async () => {
  const first = await RunLock.acquire({ database, stateSchema });
  await first.setRun(41);
  await expect(RunLock.acquire({ database, stateSchema })).rejects.toMatchObject({
    code: 'POSTGRES_RUN_LOCKED',
    message: expect.stringMatching(new RegExp(`^Run 41 .*process ${process.pid} on .*started 20`)) as string,
  });
  expect(await runLockHolder(database, stateSchema)).toMatchObject({ runId: 41, pid: process.pid });
  await first.release();
  expect(await runLockHolder(database, stateSchema)).toBeUndefined();
  const second = await RunLock.acquire({ database, stateSchema });
  expect(second.token).toBe(first.token + 1);
  expect(second.tookOverFrom).toBeUndefined();
  await second.release();
});

test('one that waits gets it as soon as it is free', async () => {
  const first = await RunLock.acquire({ database, stateSchema });
  const waiting = RunLock.acquire({ database, stateSchema, wait: 30_000 });
  await first.release();
  const second = await waiting;
  expect(second.token).toBeGreaterThan(first.token);
  await second.release();
});

test('of many that try at once exactly one gets it', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 6 }, () => RunLock.acquire({ database, stateSchema })),
  );
  const got = tries.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  expect(got).toHaveLength(1);
  await got[0]!.release();
});

test('a holder whose connection died with it is replaced at once', async () => {
  await database.query(
    `update thau.run_lock set token = token + 1, run_id = 7, host = 'elsewhere', pid = 99, started_at = now(), heartbeat_at = now()`,
  );
  const lock = await RunLock.acquire({ database, stateSchema });
  expect(lock.tookOverFrom).toMatchObject({ runId: 7, host: 'elsewhere', pid: 99 });
  await lock.release();
});

test('a holder that hangs with its connection open is terminated, and its publish refused', async () => {
  const first = await RunLock.acquire({ database, stateSchema });
  await database.query(`update thau.run_lock set heartbeat_at = now() - interval '1 hour'`);
  const lost = once(first.signal, 'abort');
  const second = await RunLock.acquire({ database, stateSchema, staleAfter: 60_000 });
  expect(second.tookOverFrom?.token).toBe(first.token);
  await expect(database.transaction((tx) => first.assertHeld(tx))).rejects.toMatchObject({
    code: 'POSTGRES_RUN_LOCK_LOST',
  });
  await database.transaction((tx) => second.assertHeld(tx));
  await lost;
  expect(first.signal.reason).toMatchObject({ code: 'POSTGRES_RUN_LOCK_LOST' });
  await first.release();
  await second.release();
});

test('a holder whose session breaks takes the lock up again when nobody else did', async () => {
  const lock = await RunLock.acquire({ database, stateSchema });
  await lockBackends();
  await expect
    .poll(() => runLockHolder(database, stateSchema), { timeout: 20_000 })
    .toMatchObject({ token: lock.token });
  expect(lock.signal.aborted).toBe(false);
  await database.transaction((tx) => lock.assertHeld(tx));
  await lock.release();
});

test('a listener hears notifications, also after its connection was cut', async () => {
  const heard: string[] = [];
  let listening = 0;
  const listener = await Listener.start({
    database,
    channels: { thau_publish: (payload) => heard.push(payload) },
    onListening: () => (listening += 1),
  });
  await database.query(`select pg_notify('thau_publish', 'one')`);
  await expect.poll(() => heard).toEqual(['one']);
  await scratch.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'thau listener' and datname = current_database()`,
  );
  await expect.poll(() => listening, { timeout: 20_000 }).toBe(2);
  await database.query(`select pg_notify('thau_publish', 'two')`);
  await expect.poll(() => heard).toEqual(['one', 'two']);
  await listener.close();
});
