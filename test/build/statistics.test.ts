import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { flags, openState, runPlain, type PlainNode } from './support/engine.js';

let place: TestDatabase;
let database: Database;
let can = false;
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  const [found] = await place.query(
    "select current_setting('server_version_num')::integer >= 180000 and current_setting('autovacuum')::boolean as can",
  );
  can = found?.['can'] === true;
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

let name = '';
let number = 0;
beforeEach(() => {
  name = `told${number++}`;
});

/** Whether the model's newest table was analyzed, and what is known about its columns. */
async function built(model: PlainNode, isRefreshed = false): Promise<{ analyzed: boolean; known: unknown }> {
  const { runId, state } = await runPlain(database, [model], {
    flags: { ...flags, FULL_REFRESH: isRefreshed },
  });
  expect(state).toBe('published');
  const schema = `shop__r${runId}`;
  await place.query('select pg_stat_force_next_flush()');
  const [told] = await place.query(
    `select last_analyze is not null as analyzed from pg_stat_user_tables
     where schemaname = '${schema}' and relname = '${name}'`,
  );
  const known = await place.query(
    `select s.attname, s.null_frac, s.n_distinct, s.most_common_vals::text, s.histogram_bounds::text,
            s.most_common_elems::text, s.correlation, c.reltuples
     from pg_stats as s join pg_class as c on c.relname = s.tablename and c.relnamespace = '${schema}'::regnamespace
     where s.schemaname = '${schema}' and s.tablename = '${name}' order by s.attname`,
  );
  return { analyzed: told?.['analyzed'] === true, known };
}

const table = (rows: number, config: Record<string, unknown> = {}, more = ''): PlainNode => ({
  name,
  config: { materialized: 'table', ...config },
  sql: () => `select id, 'it''s {"' || id % 7 || '",}' as said, array[id % 3, null] as some, null::date as never,
                     int4range(id, id + 5) as span, jsonb_build_object('n', id) as thing ${more}
              from generate_series(1, ${rows}) as s (id)`,
});

describe('statistics of a table that is built again', () => {
  test('are those of the table before, when it has the same columns and about as many rows', async () => {
    const first = await built(table(2000));
    expect(first.analyzed).toBe(true);
    const second = await built(table(2010));
    expect(second.analyzed).toBe(!can);
    if (!can) return;
    const rows = (all: unknown): unknown =>
      (all as Record<string, unknown>[]).map((one) => ({ ...one, reltuples: 2010 }));
    expect(second.known).toEqual(rows(first.known));
    expect(second.known).toHaveLength(6);
  });
  test('are its own when it has many more rows', async () => {
    await built(table(2000));
    expect((await built(table(2300))).analyzed).toBe(true);
  });
  test('are its own when it has another column, or one of another type', async () => {
    await built(table(2000));
    expect((await built(table(2000, {}, ', 1 as more'))).analyzed).toBe(true);
    expect((await built(table(2000, {}, ', 1::bigint as more'))).analyzed).toBe(true);
  });
  test('are its own where it is small', async () => {
    await built(table(900));
    expect((await built(table(900))).analyzed).toBe(true);
  });
  test('are its own when an index has an expression, of which nothing would be known', async () => {
    const config = { indexes: [{ columns: ['(id % 10)'] }] };
    await built(table(2000, config));
    expect((await built(table(2000, config))).analyzed).toBe(true);
  });
  test('are handed on by an incremental model that is copied', async () => {
    const model: PlainNode = {
      name,
      config: { materialized: 'incremental', unique_key: 'id' },
      sql: ({ isIncremental }) =>
        isIncremental
          ? "select 7 as id, 'seven' as said"
          : "select id, 'it' as said from generate_series(1, 3000) as s (id)",
    };
    await built(model);
    const second = await built(model);
    expect(second.analyzed).toBe(!can);
    expect(second.known).toHaveLength(2);
  });
  test('are its own in a full refresh, which an erasure is, though the model keeps what it has', async () => {
    await built(table(2000));
    expect((await built(table(2000), true)).analyzed).toBe(true);
    name = `told${number++}`;
    const kept: PlainNode = {
      name,
      config: { materialized: 'incremental', full_refresh: false, unique_key: 'id' },
      sql: () => 'select id from generate_series(1, 2000) as s (id)',
    };
    await built(kept);
    expect((await built(kept, true)).analyzed).toBe(true);
  });
});
