import { beforeEach, describe, expect, test } from 'vitest';
import { foldSourceChanges, trackSources, untrackSources } from '../../src/build/plan/track-sources.js';
import { periodText } from '../../src/build/plan/time-rules.js';
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
const total: PlainNode = {
  name: 'total',
  reads: [orders.unique_id],
  sql: () => 'select coalesce(sum(amount), 0)::int as total from raw.orders',
};
const change = (sql: string): Promise<unknown> => place.query(`${sql}; select pg_stat_force_next_flush()`);
const run = (options: Parameters<typeof runPlain>[2] = {}, nodes = [total]): Promise<Ran> =>
  runPlain(database, nodes, { carry: true, sources: [orders], ...options });
const why = (ran: Ran): unknown => ran.results[0]?.message;

describe('a tracked source', () => {
  test('is known exactly, by a person’s run too, whatever the counters say and however it changed', async () => {
    await trackSources(database, 'thau', [orders]);
    const strict = { distrustRecent: true };
    await run(strict);
    for (const sql of [
      'insert into raw.orders values (2, 20)',
      'update raw.orders set amount = amount + 1 where id = 2',
      'delete from raw.orders where id = 2',
      'truncate raw.orders',
      'alter table raw.orders add column note text default 1',
    ]) {
      // no flush: the counters may not know yet
      await place.query(sql);
      expect(statuses(await run(strict)), sql).toEqual({ total: 'success' });
      expect(statuses(await run(strict)), `nothing after ${sql}`).toEqual({ total: 'carried' });
    }
    // an aborted transaction changed nothing
    await place.query('begin; insert into raw.orders values (9, 9); rollback');
    expect(statuses(await run(strict))).toEqual({ total: 'carried' });
    await place.query('select pg_stat_reset()');
    expect(statuses(await run(strict))).toEqual({ total: 'carried' });
  });

  test('stays the same when its rows are added up, and is unknown again once the trigger is off', async () => {
    await trackSources(database, 'thau', [orders]);
    await change('insert into raw.orders values (2, 20)');
    await run();
    await foldSourceChanges(database, 'thau');
    expect(await place.query('select counted::int from thau.source_changes_before')).toEqual([
      { counted: 1 },
    ]);
    expect(await place.query('select * from thau.source_changes')).toEqual([]);
    expect(statuses(await run())).toEqual({ total: 'carried' });
    await untrackSources(database, [orders]);
    expect(statuses(await run())).toEqual({ total: 'success' });
  });

  test('behind views and partitions is tracked table by table; a new partition makes it counted again', async () => {
    await change(`create table raw.visits (at date) partition by range (at);
      create table raw.visits_1 partition of raw.visits for values from ('2026-01-01') to ('2026-02-01');
      create view raw.seen as select * from raw.visits`);
    const seen = plainSource('raw', 'seen');
    expect(await trackSources(database, 'thau', [seen])).toEqual(['raw.visits', 'raw.visits_1']);
    const count: PlainNode = {
      name: 'count',
      reads: [seen.unique_id],
      sql: () => 'select count(*)::int as n from raw.seen',
    };
    const strict = { distrustRecent: true, sources: [seen] };
    await run(strict, [count]);
    await place.query(`insert into raw.visits_1 values ('2026-01-05')`);
    expect(statuses(await run(strict, [count]))).toEqual({ count: 'success' });
    await place.query(`insert into raw.visits values ('2026-01-06')`);
    expect(statuses(await run(strict, [count]))).toEqual({ count: 'success' });
    expect(statuses(await run(strict, [count]))).toEqual({ count: 'carried' });
    await change(
      `create table raw.visits_2 partition of raw.visits for values from ('2026-02-01') to ('2026-03-01')`,
    );
    expect(statuses(await run(strict, [count]))).toEqual({ count: 'success' });
  });

  test('notifies when a change is committed, and writers do not wait for each other', async () => {
    await trackSources(database, 'thau', [orders]);
    await database.use(async (one) => {
      await one.query('begin');
      await one.query('insert into raw.orders values (2, 20)');
      // another transaction on the same table commits meanwhile
      await place.query(`set lock_timeout = '2s'; insert into raw.orders values (3, 30)`);
      await one.query('commit');
    });
    expect(await place.query('select count(*)::int as n from thau.source_changes')).toEqual([{ n: 2 }]);
  });

  test('is refused where no trigger can stand, and where nothing stands', async () => {
    await place.query('create materialized view raw.cached as select * from raw.orders');
    for (const name of ['cached', 'gone']) {
      await expect(trackSources(database, 'thau', [plainSource('raw', name)])).rejects.toMatchObject({
        code: 'BUILD_CANNOT_TRACK',
      });
    }
  });
});

describe('counters', () => {
  const old = (hours: number): Promise<unknown> =>
    place.query(`update thau.runs set started_at = started_at - interval '${hours} hours'`);

  test('are believed as long as reconcile says, for all or for a source', async () => {
    await run();
    await old(2);
    expect(statuses(await run())).toEqual({ total: 'carried' });
    expect(why(await run({ reconcileAfter: 3_600_000 }))).toBe('SELECT 1');
    await old(30);
    expect(statuses(await run({ reconcileAfter: 0 }))).toEqual({ total: 'carried' });
    const hourly = { ...orders, meta: { reconcile: { count: 1, period: 'hour' } } };
    expect(statuses(await run({ reconcileAfter: 0, sources: [hourly] }))).toEqual({ total: 'success' });
    // what does not read counters needs no second look
    await old(30);
    const plain: PlainNode = { name: 'plain', sql: () => 'select 1 as x' };
    await run({}, [plain]);
    await old(30);
    expect(statuses(await run({}, [plain]))).toEqual({ plain: 'carried' });
    await trackSources(database, 'thau', [orders]);
    await run();
    await old(30);
    expect(statuses(await run())).toEqual({ total: 'carried' });
  });

  test('are unknown where a clock was set back', async () => {
    await run();
    await place.query(`update thau.runs set started_at = started_at + interval '2 hours'`);
    expect(statuses(await run())).toEqual({ total: 'success' });
  });
});

describe('a volatile node', () => {
  const now = (config: Record<string, unknown>): PlainNode => ({
    name: 'now',
    config,
    sql: () => 'select current_timestamp as at',
  });

  test('is built each time, or when the period it states has passed', async () => {
    await run({}, [now({})]);
    expect(statuses(await run({}, [now({})]))).toEqual({ now: 'success' });
    const daily = now({ freshness: { build_after: { count: 1, period: 'day' } } });
    await run({}, [daily]);
    const kept = await run({}, [daily]);
    expect(statuses(kept)).toEqual({ now: 'carried' });
    expect(why(kept)).toBe('is good for a day by its freshness, and nothing else changed');
    await place.query(`update thau.runs set started_at = started_at - interval '25 hours'`);
    expect(statuses(await run({}, [daily]))).toEqual({ now: 'success' });
  });

  test('is told by pg_proc, not by names: VOLATILE and others’ STABLE functions, not their IMMUTABLE ones', async () => {
    await place.query(`
      create function public.pure(x int) returns int language sql immutable as 'select x';
      create function public.reads() returns bigint language sql stable as 'select count(*) from raw.orders';
      create function public.current_timestamp_of(x int) returns int language sql immutable as 'select x'`);
    const twice = async (sql: string): Promise<unknown> => {
      const node: PlainNode = { name: 'node', sql: () => sql };
      await run({}, [node]);
      return statuses(await run({}, [node]))['node'];
    };
    expect(await twice('select public.pure(1) as x')).toBe('carried');
    expect(await twice('select public.current_timestamp_of(1) as x')).toBe('carried');
    expect(await twice('select "public"."reads"() as x')).toBe('success');
    expect(await twice('select random() as x')).toBe('success');
    expect(await twice(`select 'now()' as "random()" -- clock_timestamp()`)).toBe('carried');
    expect(await twice('select localtime(0) as x')).toBe('success');
    expect(await twice(`select age(timestamp '2026-01-01') as x`)).toBe('success');
    expect(await twice(`select age(timestamp '2026-01-01', timestamp '2025-01-01') as x`)).toBe('carried');
  });
});

test('periods read as words', () => {
  expect([60_000, 3_600_000, 86_400_000, 7_200_000, 90_000].map(periodText)).toEqual([
    'a minute',
    'an hour',
    'a day',
    '2 hours',
    '1.5 minutes',
  ]);
});
