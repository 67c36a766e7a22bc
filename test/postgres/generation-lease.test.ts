import { beforeEach, expect, test } from 'vitest';
import { Database } from '../../src/postgres/database.js';
import { GenerationLease } from '../../src/postgres/generation-lease.js';
import { migrate } from '../../src/postgres/migrate.js';
import { openState, runPlain, type PlainNode } from '../build/support/engine.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await publish(1);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const nodes = (version: number): PlainNode[] => [{ name: 'a', sql: () => `select ${version} as x` }];
const publish = (version: number) => runPlain(database, nodes(version), { keepGenerations: 1 });
const tables = async (): Promise<unknown[]> =>
  (
    await place.query(
      `select relation_schema as schema from thau.relations where relation_kind = 'table' order by run_id`,
    )
  ).map((row) => row['schema']);
const take = (rest: { generation?: number; lasts?: number } = {}) =>
  GenerationLease.take({ database, state: 'thau', holder: 'an export', ...rest });

test('a leased generation outlives the publishes after it, and goes when the lease is given back', async () => {
  const lease = await take();
  expect(lease.generation).toBe(1);
  await publish(2);
  await publish(3);
  expect(await tables()).toEqual(['shop__r1', 'shop__r3']);
  expect(await place.query('select x from shop__r1.a')).toEqual([{ x: 1 }]);
  await lease.release();
  await publish(4);
  expect(await tables()).toEqual(['shop__r4']);
  expect(lease.signal.aborted).toBe(false);
});

test('a lease that ran out by the database’s clock is ignored, and its holder is told', async () => {
  const lease = await take({ lasts: 120 });
  await place.query(`update thau.leases set expires_at = clock_timestamp() - interval '1 s'`);
  await publish(2);
  expect(await tables()).toEqual(['shop__r2']);
  expect(await place.query('select from thau.leases')).toEqual([]);
  await expect.poll(() => lease.signal.aborted).toBe(true);
  expect(lease.signal.reason).toMatchObject({ code: 'POSTGRES_LEASE_LOST' });
  await lease.release();
});

test('a lease is kept alive by its holder', async () => {
  const lease = await take({ lasts: 300 });
  const first = await place.query('select expires_at from thau.leases');
  await expect.poll(() => place.query('select expires_at from thau.leases')).not.toEqual(first);
  await lease.release();
  expect(await place.query('select from thau.leases')).toEqual([]);
});

test('a generation that is kept no more cannot be leased, nor one that never was', async () => {
  await publish(2);
  await expect(take({ generation: 1 })).rejects.toMatchObject({ code: 'POSTGRES_NO_SUCH_GENERATION' });
  await expect(take({ generation: 77 })).rejects.toMatchObject({ code: 'POSTGRES_NO_SUCH_GENERATION' });
});

test('leases and publishes at once: what was leased can be read until it is given back', async () => {
  const state = { running: true };
  const publishing = (async () => {
    for (let version = 2; version <= 12; version++) await publish(version);
    state.running = false;
  })();
  let reads = 0;
  while (state.running) {
    const lease = await take();
    const { rows } = await database.query(`select x from shop__r${lease.generation}.a`);
    expect(rows).toEqual([{ x: lease.generation }]);
    await database.query(`select count(*) from shop__r${lease.generation}.a`);
    await lease.release();
    reads += 1;
  }
  await publishing;
  expect(reads).toBeGreaterThan(5);
});

test('a relation stays for a transaction that began before its retirement, though its snapshot is hidden from the role', async () => {
  const role = `r_${place.name}`;
  await place.query(`create role ${role}; grant create on database ${place.name} to ${role}`);
  await place.query('drop schema thau cascade; drop schema shop__r1 cascade; drop schema shop cascade');
  const connection = { ...connectionOf(place.url), role };
  const poor = new Database({ connection });
  const reader = await database.session('reader');
  try {
    await migrate({ database: poor, connection, stateSchema: 'thau' });
    const run = (version: number) => runPlain(poor, nodes(version), { keepGenerations: 1 });
    await run(1);
    await reader.session.query('begin isolation level repeatable read; select');
    await run(2);
    await run(3);
    expect((await reader.session.query('select x from shop__r1.a')).rows).toEqual([{ x: 1 }]);
    await reader.session.query('commit');
    await run(4);
    expect(await tables()).toEqual(['shop__r4']);
  } finally {
    await reader.close();
    await poor.close();
    await place.query(`drop owned by ${role} cascade; drop role ${role}`);
  }
});
