import { beforeEach, expect, test } from 'vitest';
import { collectGarbage, type GarbageReport } from '../../src/build/garbage.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase();
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const build = (x: number) => runPlain(database, [{ name: 'a', sql: () => `select ${x} as x` }]);
const collect = (): Promise<GarbageReport> =>
  database.use((session) => collectGarbage(session, { state: 'thau' }));
const stands = async (relation: string): Promise<boolean> => {
  const [row] = await place.query(`select to_regclass('${relation}') is not null as stands`);
  return row?.['stands'] === true;
};

test('what no kept generation shows waits for each reader that may see it, says why, and goes after the last', async () => {
  await build(1);
  await build(2);
  // others build on what a generation shows, hold it locked, or have a snapshot of a time when it was shown
  await place.query('create schema others; create view others.on_it as select x from shop__r1.a');
  const old = await database.session();
  await old.session.query('begin isolation level repeatable read');
  await old.session.query('select x from shop.a');
  await build(3);
  expect(await stands('shop__r1.a')).toBe(true);
  expect(await collect()).toEqual({
    dropped: 0,
    queued: [{ relation: 'shop__r1.a', because: 'a transaction that began before still runs' }],
  });
  await old.session.query('commit');
  expect((await collect()).queued).toMatchObject([
    { relation: 'shop__r1.a', because: expect.stringContaining('others depend on it') as string },
  ]);
  expect(await place.query('select x from others.on_it')).toEqual([{ x: 1 }]);
  await place.query('drop view others.on_it');
  await old.session.query('begin; lock table shop__r1.a in row exclusive mode');
  expect((await collect()).queued).toHaveLength(1);
  await old.session.query('rollback');
  expect(await collect()).toEqual({ dropped: 1, queued: [] });
  expect(await stands('shop__r1.a')).toBe(false);
  expect(
    await place.query(`select nspname from pg_namespace where nspname like 'shop\\_\\_r%' order by 1`),
  ).toEqual([{ nspname: 'shop__r2' }, { nspname: 'shop__r3' }]);
  expect(await place.query('select x from shop.a')).toEqual([{ x: 3 }]);
  await old.close();
});
