import { beforeEach, describe, expect, test } from 'vitest';
import { statementNames } from '../../src/build/plan/statement-names.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, plainSource, runPlain, statuses, type PlainNode, type Ran } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await change('create schema raw; create table raw.orders as select 1 as id, 10 as amount');
  return async () => {
    await database.close();
    await place.drop();
  };
});

const orders = plainSource('raw', 'orders');
const stg: PlainNode = {
  name: 'stg',
  config: { materialized: 'view' },
  reads: [orders.unique_id],
  sql: () => 'select * from raw.orders',
};
const totals: PlainNode = {
  name: 'totals',
  reads: ['stg'],
  sql: ({ ref }) => `select coalesce(sum(amount), 0)::int as total from ${ref('stg')}`,
};
const other: PlainNode = { name: 'other', sql: () => 'select 1 as x' };
const check: PlainNode = {
  name: 'check',
  type: 'test',
  reads: ['totals'],
  sql: ({ ref }) => `select * from ${ref('totals')} where total is null`,
};
const all = [stg, totals, other, check];
const run = (nodes: readonly PlainNode[], options: Parameters<typeof runPlain>[2] = {}): Promise<Ran> =>
  runPlain(database, nodes, { carry: true, sources: [orders], ...options });
/** Changes raw data and gives its counts away at once: a session may keep them for seconds. */
const change = (sql: string): Promise<unknown> => place.query(`${sql}; select pg_stat_force_next_flush()`);
const because = (ran: Ran, name: string): unknown =>
  ran.results.find((result) => result.name === name)?.message;

describe('a run over a project where', () => {
  test('nothing changed builds nothing, tests nothing and publishes nothing', async () => {
    await run(all);
    const ran = await run(all);
    expect(statuses(ran)).toEqual({ stg: 'carried', totals: 'carried', other: 'carried', check: 'carried' });
    expect(ran.state).toBe('succeeded');
    expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
  });

  test('nothing changed but what PostgreSQL estimates of its tables publishes nothing', async () => {
    await run(all);
    await change(`update pg_class set reltuples = 12345 where relname = 'totals' and relkind = 'r'`);
    expect((await run(all)).state).toBe('succeeded');
    expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
  });

  test('nothing changed makes no schema for candidates', async () => {
    await run(all);
    await run(all);
    expect(await place.query(`select nspname from pg_namespace where nspname like '%\\_\\_r2'`)).toEqual([]);
  });

  test('sources tell by loaded_at_field builds what reads the one that moved, and what reads one that cannot tell', async () => {
    const dated = { ...orders, loaded_at_field: 'id' };
    const gone = { ...plainSource('raw', 'gone'), loaded_at_field: 'loaded_at' };
    const count: PlainNode = {
      name: 'count',
      reads: [dated.unique_id],
      sql: () => 'select count(*)::int as orders from raw.orders',
    };
    const blind: PlainNode = { name: 'blind', reads: [gone.unique_id], sql: () => 'select 1 as x' };
    const nodes = [count, blind, other];
    const sources = [dated, gone];
    await run(nodes, { sources });
    const same = await run(nodes, { sources });
    expect(statuses(same)).toEqual({ count: 'carried', blind: 'success', other: 'carried' });
    await change('insert into raw.orders values (2, 20)');
    const moved = await run(nodes, { sources });
    expect(statuses(moved)).toEqual({ count: 'success', blind: 'success', other: 'carried' });
    expect(await place.query('select orders from shop.count')).toEqual([{ orders: 2 }]);
  });

  test('a source got a row builds what reads it and carries the rest', async () => {
    await run(all);
    await change('insert into raw.orders values (2, 20)');
    const ran = await run(all);
    expect(statuses(ran)).toEqual({ stg: 'success', totals: 'success', other: 'carried', check: 'pass' });
    expect(await place.query('select total from shop.totals')).toEqual([{ total: 30 }]);
    const mapped = await place.query(
      `select node_id, relation_schema from thau.mapping where generation = 2 order by 1`,
    );
    expect(mapped.map((row) => row['relation_schema'])).toEqual(['shop__r1', 'shop__r2', 'shop__r2']);
  });

  test('a source was updated, truncated or got a column builds what reads it', async () => {
    await run(all);
    for (const sql of [
      'update raw.orders set amount = 11',
      'truncate raw.orders',
      'alter table raw.orders add column note text default $$x$$',
    ]) {
      await change(sql);
      expect(statuses(await run(all)), sql).toMatchObject({
        stg: 'success',
        totals: 'success',
        other: 'carried',
      });
      expect(statuses(await run(all)), sql).toMatchObject({ stg: 'carried', totals: 'carried' });
    }
  });

  test('the SQL or config of a node changed builds it and what is below', async () => {
    await run(all);
    const ran = await run([
      { ...stg, sql: () => 'select *, 1 as one from raw.orders' },
      totals,
      other,
      check,
    ]);
    expect(statuses(ran)).toEqual({ stg: 'success', totals: 'success', other: 'carried', check: 'pass' });
    const indexed = { ...other, config: { indexes: [{ columns: ['x'] }] } };
    const next = await run([
      { ...stg, sql: () => 'select *, 1 as one from raw.orders' },
      totals,
      indexed,
      check,
    ]);
    expect(statuses(next)).toEqual({ stg: 'carried', totals: 'carried', other: 'success', check: 'carried' });
  });

  test('a node calls a function of the moment, or a VOLATILE one by any name, builds it each time', async () => {
    await place.query(`create function raw.harmless() returns int language sql as 'select 1'`);
    const nodes: PlainNode[] = [
      { name: 'today', sql: () => 'select current_date as d' },
      { name: 'f', sql: () => 'select raw.harmless() as x' },
      {
        name: 'steady',
        sql: () => `select age(date '2026-01-02', date '2026-01-01') as a, 'now()' as word -- random()`,
      },
    ];
    await run(nodes);
    const ran = await run(nodes);
    expect(statuses(ran)).toEqual({ today: 'success', f: 'success', steady: 'carried' });
    expect(ran.state).toBe('published');
  });

  test('the body of a function changed builds what calls it', async () => {
    const make = (x: number): Promise<unknown> =>
      place.query(`create or replace function raw.f() returns int immutable language sql as 'select ${x}'`);
    const nodes: PlainNode[] = [{ name: 'f', sql: () => 'select raw.f() as x' }];
    await make(1);
    await run(nodes);
    expect(statuses(await run(nodes))).toEqual({ f: 'carried' });
    await make(2);
    expect(statuses(await run(nodes))).toEqual({ f: 'success' });
  });

  test('a selection left a node behind builds that node when all is built again', async () => {
    await run(all);
    await change('insert into raw.orders values (2, 20)');
    const some = await run(all, { only: ['stg'], force: 'was selected' });
    expect(some.stale).toEqual(['model.shop.totals']);
    const ran = await run(all);
    expect(statuses(ran)).toEqual({ stg: 'carried', totals: 'success', other: 'carried', check: 'pass' });
  });

  test('a relation was dropped behind its back builds it again', async () => {
    await run([other]);
    await place.query('drop view shop.other; drop table shop__r1.other');
    expect(statuses(await run([other]))).toEqual({ other: 'success' });
    expect(await place.query('select x from shop.other')).toEqual([{ x: 1 }]);
  });

  test('a test failed runs it again, and a test that passed stays passed', async () => {
    const warn = { ...check, name: 'warned', config: { severity: 'warn' }, sql: () => 'select 1' };
    await run([...all, warn]);
    const ran = await run([...all, warn]);
    expect(statuses(ran)).toMatchObject({ check: 'carried', warned: 'warn' });
  });

  test('others are at work does not trust counters when a person asks', async () => {
    await run(all);
    const session = await database.session('psql');
    await session.session.query('select 1');
    const ran = await run(all, { distrustRecent: true });
    await session.close();
    expect(statuses(ran)).toEqual({ stg: 'success', totals: 'success', other: 'carried', check: 'pass' });
    expect(because(ran, 'other')).toBe('nothing it depends on changed');
  });

  test('an incremental model is unchanged over unchanged data does not append again', async () => {
    const grows: PlainNode = {
      name: 'grows',
      config: { materialized: 'incremental' },
      reads: ['stg'],
      sql: ({ ref }) => `select * from ${ref('stg')}`,
    };
    await run([stg, grows]);
    await run([stg, grows]);
    expect(await place.query('select count(*)::int as n from shop.grows')).toEqual([{ n: 1 }]);
  });
});

describe('the functions a statement calls', () => {
  test.each([
    ['select now()', ['now']],
    ['select NOW ()', ['now']],
    ['select 1 where x > current_date - 1', ['current_date']],
    [`select 'now()', $$random()$$, $a$ now() $a$ -- now()\n/* now() */`, []],
    ['select "f"(1), shop.g(2)', ['f', 'g']],
    ['select age(x), age(x, y)', ['age', 'age,']],
  ])('%s', (sql, names) => {
    expect(statementNames(sql).functions).toEqual(names);
  });
});
