import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { readGeneration } from '../../src/build/publish/generation.js';
import { prepareViews } from '../../src/build/views/prepare-views.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, statuses, type PlainNode } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const customers = (rows: string): PlainNode => ({
  name: 'customers',
  sql: () => `select * from (values ${rows}) as v (id, name)`,
});
const count: PlainNode = {
  name: 'counts',
  reads: ['customers'],
  sql: ({ ref }) => `select count(*) as customers from ${ref('customers')}`,
};
const notNull = (column: string): PlainNode => ({
  name: `not_null_customers_${column}`,
  type: 'test',
  reads: ['customers'],
  sql: ({ ref }) => `select * from ${ref('customers')} where ${column} is null`,
});

describe('a run', () => {
  test('builds what it reads first, tests it, and publishes all at once', async () => {
    const ran = await runPlain(database, [count, customers(`(1, 'An'), (2, 'Bình')`), notNull('name')]);
    expect(ran.error).toBeUndefined();
    expect(statuses(ran)).toEqual({
      customers: 'success',
      not_null_customers_name: 'pass',
      counts: 'success',
    });
    expect(ran.results.map((result) => result.name)).toEqual([
      'customers',
      'not_null_customers_name',
      'counts',
    ]);
    expect(ran.state).toBe('published');
    expect(await place.query('select * from shop.counts')).toEqual([{ customers: '2' }]);
    expect(await place.query('select name from shop.customers order by id')).toEqual([
      { name: 'An' },
      { name: 'Bình' },
    ]);
    const runs = await place.query('select state, generation, summary from thau.runs');
    expect(runs).toMatchObject([{ state: 'published', generation: '1' }]);
  });

  test('keeps the published tables when a candidate fails its test, and skips what is below', async () => {
    await runPlain(database, [customers(`(1, 'An')`), count, notNull('name')]);
    const ran = await runPlain(database, [customers(`(1, 'An'), (2, null)`), count, notNull('name')]);
    expect(ran.state).toBe('failed');
    expect(statuses(ran)).toEqual({
      customers: 'success',
      not_null_customers_name: 'fail',
      counts: 'skipped',
    });
    expect(await place.query('select * from shop.counts')).toEqual([{ customers: '1' }]);
    expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
    expect(await place.query('select * from shop__r2.customers order by id')).toHaveLength(2);
  });

  test('cleans up after a failed run and publishes again', async () => {
    await runPlain(database, [customers(`(1, 'An')`), count]);
    await runPlain(database, [customers(`(1, 'An'), (2, null)`), count, notNull('name')]);
    const ran = await runPlain(database, [customers(`(1, 'An'), (3, 'Chi')`), count, notNull('name')]);
    expect(ran.state).toBe('published');
    expect(await place.query('select * from shop.counts')).toEqual([{ customers: '2' }]);
    const schemas = await place.query(
      `select nspname from pg_namespace where nspname like 'shop%' order by 1`,
    );
    expect(schemas.map((row) => row['nspname'])).toEqual(['shop', 'shop__r1', 'shop__r3']);
  });

  test('keeps two generations and drops older ones', async () => {
    for (const name of ['An', 'Bình', 'Chi', 'Dung'])
      await runPlain(database, [customers(`(1, '${name}')`), count]);
    const schemas = await place.query(
      `select nspname from pg_namespace where nspname like 'shop%' order by 1`,
    );
    expect(schemas.map((row) => row['nspname'])).toEqual(['shop', 'shop__r3', 'shop__r4']);
    expect(await place.query('select name from shop.customers')).toEqual([{ name: 'Dung' }]);
    expect(await place.query('select count(*)::int as n from thau.relations')).toEqual([{ n: 6 }]);
  });

  test('with a selection lays what it built over the generation before and marks what it left behind', async () => {
    await runPlain(database, [customers(`(1, 'An')`), count]);
    const ran = await runPlain(database, [customers(`(1, 'An'), (2, 'Bình')`), count], {
      only: ['customers'],
    });
    expect(ran.stale).toEqual(['model.shop.counts']);
    expect(await place.query('select * from shop.counts')).toEqual([{ customers: '1' }]);
    expect(await place.query('select count(*)::int as n from shop.customers')).toEqual([{ n: 2 }]);
    const stale = await place.query(
      'select node_id from thau.mapping where generation = 2 and stale_since is not null',
    );
    expect(stale).toEqual([{ node_id: 'model.shop.counts' }]);
  });

  test('adds a column to a stable view, and drops one that nobody built on', async () => {
    await runPlain(database, [{ name: 'a', sql: () => 'select 1 as x' }]);
    await runPlain(database, [{ name: 'a', sql: () => `select 'new'::text as y, 1 as x` }]);
    expect(await place.query('select * from shop.a')).toEqual([{ x: 1, y: 'new' }]);
    await runPlain(database, [{ name: 'a', sql: () => `select 'only'::text as y` }]);
    expect(await place.query('select * from shop.a')).toEqual([{ y: 'only' }]);
  });

  test('refuses to take a column from under a view that others built, and names it', async () => {
    await runPlain(database, [{ name: 'a', sql: () => 'select 1 as x, 2 as y' }]);
    await place.query('create view public.theirs as select x from shop.a');
    const ran = await runPlain(database, [{ name: 'a', sql: () => 'select 2 as y' }]);
    expect(ran.state).toBe('failed');
    expect(ran.error).toMatchObject({ code: 'BUILD_VIEW_HAS_DEPENDENTS' });
    expect((ran.error as Error).message).toContain('theirs');
    expect(await place.query('select * from public.theirs')).toEqual([{ x: 1 }]);
    const again = await runPlain(database, [{ name: 'a', sql: () => 'select 2 as y, 3 as x' }]);
    expect(again.state).toBe('published');
    expect(await place.query('select * from public.theirs')).toEqual([{ x: 3 }]);
  });

  test('refuses a relation of the name that thau did not make', async () => {
    await place.query('create schema shop; create table shop.a (x int); insert into shop.a values (7)');
    const ran = await runPlain(database, [{ name: 'a', sql: () => 'select 1 as x' }]);
    expect(ran.error).toMatchObject({ code: 'BUILD_FOREIGN_RELATION' });
    expect(await place.query('select x from shop.a')).toEqual([{ x: 7 }]);
  });

  test('drops the view of a node that left the project', async () => {
    await runPlain(database, [customers(`(1, 'An')`), count]);
    await runPlain(database, [customers(`(1, 'An')`)]);
    const views = await place.query(
      `select table_name from information_schema.views where table_schema = 'shop'`,
    );
    expect(views).toEqual([{ table_name: 'customers' }]);
  });

  test('tells a reader whose snapshot is older than the view with 40001, never with no rows', async () => {
    await runPlain(database, [customers(`(1, 'An')`)]);
    const reader = await database.session();
    await reader.session.query('begin isolation level repeatable read; select 1 from pg_class limit 1');
    await runPlain(database, [customers(`(1, 'Bình')`)]);
    await expect(reader.session.query('select * from shop.customers')).rejects.toMatchObject({
      code: 'POSTGRES_CONFLICT',
    });
    await reader.session.query('rollback');
    expect((await reader.session.query('select name from shop.customers')).rows).toEqual([{ name: 'Bình' }]);
    await reader.close();
  });

  test('publishes although a reader holds a stable view locked, and the view follows later', async () => {
    await runPlain(database, [customers(`(1, 'An')`)]);
    const reader = await database.session();
    await reader.session.query('begin; select * from shop.customers');
    const ran = await runPlain(database, [customers(`(1, 'Bình')`)]);
    expect(ran.state).toBe('published');
    expect(ran.laggingViews).toEqual(['shop.customers']);
    expect((await reader.session.query('select name from shop.customers')).rows).toEqual([{ name: 'An' }]);
    await reader.session.query('commit');
    await reader.close();
    await runPlain(database, [customers(`(1, 'Chi')`)]);
    expect(await place.query('select name from shop.customers')).toEqual([{ name: 'Chi' }]);
  });
});

describe('a stable view that readers kept from being made simple after a publish', () => {
  test('goes on showing that publish until the next one, a rollback included', async () => {
    const version = (x: number): PlainNode[] => [
      { name: 'kept', sql: () => `select ${x} as x` },
      { name: 'free', sql: () => `select ${x} as x` },
    ];
    const shown = () =>
      place.query('select (select x from shop.kept) as kept, (select x from shop.free) as free');
    await runPlain(database, version(1));
    await runPlain(database, version(2));
    // as a reader leaves it who holds the view whenever thau looks
    const [text] = await place.query(`select pg_get_viewdef('shop.kept'::regclass) as simple`);
    expect(text?.['simple']).not.toContain('UNION ALL');
    await place.query(
      `create or replace view shop.kept as
         select r.x from shop__r1.kept as r where thau.seen(1) and not thau.published(2)
         union all
         select r.x from shop__r2.kept as r where thau.published(2);
       update thau.stable_views set shows_schema = 'shop__r1', shows_since = 1,
           next_schema = 'shop__r2', next_name = 'kept', next_since = 2 where name = 'kept'`,
    );
    expect(await shown()).toEqual([{ kept: 2, free: 2 }]);
    const session = await database.session();
    const current = await readGeneration(session.session, 'thau');
    const before = await readGeneration(session.session, 'thau', 1);
    // the flip back to 1 is prepared, and not done yet
    await prepareViews(session.session, [...before.nodes.values()], { state: 'thau', generation: 99 });
    await session.close();
    expect(current.number).toBe(2);
    expect(await shown()).toEqual([{ kept: 2, free: 2 }]);
  });
});
