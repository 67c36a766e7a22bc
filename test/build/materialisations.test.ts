import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { flags, openState, runPlain, statuses, type PlainNode } from './support/engine.js';

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

const rows = (text: string): Promise<Record<string, unknown>[]> => place.query(text);

describe('incremental', () => {
  const orders = (config: Record<string, unknown>, values: string, columns = 'id, amount'): PlainNode => ({
    name: 'orders',
    config: { materialized: 'incremental', ...config },
    sql: () => `select * from (values ${values}) as v (${columns})`,
  });
  const twice = async (
    config: Record<string, unknown>,
    second: string,
    columns?: string,
  ): Promise<unknown> => {
    await runPlain(database, [orders(config, '(1, 10), (2, 20)')]);
    const ran = await runPlain(database, [orders(config, second, columns)]);
    if (ran.state !== 'published') return ran.results[0]?.error;
    return (await rows('select * from shop.orders order by 1, 2')).map((row) => Object.values(row));
  };

  test('appends without a key', async () => {
    expect(await twice({}, '(2, 21)')).toEqual([
      [1, 10],
      [2, 20],
      [2, 21],
    ]);
  });
  test('replaces the rows of a key by delete+insert', async () => {
    expect(await twice({ unique_key: 'id' }, '(2, 21), (3, 30)')).toEqual([
      [1, 10],
      [2, 21],
      [3, 30],
    ]);
  });
  test('takes a list as key', async () => {
    expect(await twice({ unique_key: ['id', 'amount'] }, '(2, 20), (2, 21)')).toEqual([
      [1, 10],
      [2, 20],
      [2, 21],
    ]);
  });
  test('merges', async () => {
    const config = { unique_key: 'id', incremental_strategy: 'merge' };
    expect(await twice(config, '(2, 21), (3, 30)')).toEqual([
      [1, 10],
      [2, 21],
      [3, 30],
    ]);
  });
  test('merges only the columns it may', async () => {
    const config = { unique_key: 'id', incremental_strategy: 'merge', merge_exclude_columns: ['amount'] };
    expect(await twice(config, '(2, 21), (3, 30)')).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });
  test('limits what it deletes by incremental_predicates', async () => {
    const config = { unique_key: 'id', incremental_predicates: ['dbt_internal_dest.amount > 100'] };
    expect(await twice(config, '(2, 21)')).toEqual([
      [1, 10],
      [2, 20],
      [2, 21],
    ]);
  });
  test('refuses a strategy that does not exist', async () => {
    expect(await twice({ incremental_strategy: 'upsert' }, '(2, 21)')).toMatchObject({
      code: 'BUILD_CONFIG',
    });
  });
  test('keeps, adds, syncs or refuses a new column, as on_schema_change says', async () => {
    for (const [how, kept] of [
      ['ignore', ['id', 'amount']],
      ['append_new_columns', ['id', 'amount', 'currency']],
      ['sync_all_columns', ['id', 'currency']],
      ['fail', ['id', 'amount']],
    ] as const) {
      const node = (second: boolean): PlainNode => ({
        name: `changed_${how}`,
        config: { materialized: 'incremental', unique_key: 'id', on_schema_change: how },
        sql: () => (second ? `select 2 as id, 'VND' as currency` : 'select 1 as id, 10 as amount'),
      });
      await runPlain(database, [node(false)]);
      // ignored and refused columns need the old ones to be there
      const ran = await runPlain(database, [
        how === 'ignore'
          ? { ...node(true), sql: () => `select 2 as id, 20 as amount, 'VND' as currency` }
          : node(true),
      ]);
      if (how === 'fail') expect(ran.results[0]?.error).toMatchObject({ code: 'BUILD_SCHEMA_CHANGED' });
      else expect(ran.results[0]?.error, how).toBeUndefined();
      const columns = await rows(`select attname as name from pg_attribute
        where attrelid = 'shop.changed_${how}'::regclass and attnum > 0 and not attisdropped order by attnum`);
      expect(
        columns.map(({ name }) => name),
        how,
      ).toEqual(kept);
    }
  });
  test('adds new columns with append_new_columns', async () => {
    const config = { unique_key: 'id', on_schema_change: 'append_new_columns' };
    expect(await twice(config, `(2, 21, 'VND')`, 'id, amount, currency')).toEqual([
      [1, 10, null],
      [2, 21, 'VND'],
    ]);
  });
  test('drops and retypes columns with sync_all_columns', async () => {
    const config = { unique_key: 'id', on_schema_change: 'sync_all_columns' };
    expect(await twice(config, `(2, 'VND')`, 'id, currency')).toEqual([
      [1, null],
      [2, 'VND'],
    ]);
    const types = await rows(`select format_type(atttypid, atttypmod) as t from pg_attribute
      where attrelid = 'shop.orders'::regclass and attnum > 0 order by attnum`);
    expect(types.map((row) => row['t'])).toEqual(['integer', 'text']);
  });
  test('fails on new columns with on_schema_change fail', async () => {
    const config = { unique_key: 'id', on_schema_change: 'fail' };
    expect(await twice(config, `(2, 21, 'VND')`, 'id, amount, currency')).toMatchObject({
      code: 'BUILD_SCHEMA_CHANGED',
      notes: ['new column "currency" (text)'],
    });
  });
  test('ignores new columns unless told', async () => {
    expect(await twice({ unique_key: 'id' }, `(2, 21, 'VND')`, 'id, amount, currency')).toEqual([
      [1, 10],
      [2, 21],
    ]);
  });
  test('makes room for longer text, whatever on_schema_change says', async () => {
    for (const how of ['ignore', 'fail', 'append_new_columns']) {
      const config = { unique_key: 'id', on_schema_change: how, alias: how };
      const named = (length: number): PlainNode => ({
        name: `room_${how}`,
        config: { materialized: 'incremental', ...config },
        sql: () => `select 1 as id, repeat('x', ${length})::varchar(${length}) as name`,
      });
      await runPlain(database, [named(5)]);
      const ran = await runPlain(database, [named(9)]);
      expect(ran.results[0]?.error, how).toBeUndefined();
      expect(await rows(`select length(name) as n from shop.room_${how}`)).toEqual([{ n: 9 }]);
    }
  });
  test('is a new table under full refresh, whatever the flag when full_refresh is set', async () => {
    const refresh = { flags: { ...flags, FULL_REFRESH: true } };
    await runPlain(database, [orders({}, '(1, 10)')]);
    await runPlain(database, [orders({}, '(2, 20)')], refresh);
    expect(await rows('select id from shop.orders')).toEqual([{ id: 2 }]);
    await runPlain(database, [orders({ full_refresh: false }, '(3, 30)')], refresh);
    expect(await rows('select id from shop.orders order by 1')).toEqual([{ id: 2 }, { id: 3 }]);
  });
  test('renders this as the current relation in the model and as the candidate in hooks', async () => {
    const node: PlainNode = {
      name: 'orders',
      config: {
        materialized: 'incremental',
        post_hook: [{ sql: 'create index on {{ this }} (id)', transaction: true }],
      },
      sql: ({ this: self }) => (self === null ? 'select 1 as id' : `select max(id) + 1 as id from ${self}`),
    };
    await runPlain(database, [node]);
    await runPlain(database, [node]);
    expect(await rows('select id from shop.orders order by 1')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(
      await rows(`select schemaname from pg_indexes where tablename = 'orders' order by 1`),
    ).toHaveLength(2);
  });
  test('leaves the published table as it was when the increment fails', async () => {
    await runPlain(database, [orders({ unique_key: 'id' }, '(1, 10)')]);
    const ran = await runPlain(database, [
      { ...orders({ unique_key: 'id' }, ''), sql: () => 'select 1 as id, 1 / 0 as amount' },
    ]);
    expect(statuses(ran)).toEqual({ orders: 'error' });
    expect(ran.results[0]?.error).toMatchObject({
      code: 'POSTGRES_DATA',
      at: { file: 'transforms/orders.sql' },
    });
    expect(await rows('select * from shop.orders')).toEqual([{ id: 1, amount: 10 }]);
  });
});

describe('view, table and their configs', () => {
  test.each(['table', 'view', 'incremental', 'materialized_view'])(
    'runs sql_header before the statement that makes the %s',
    async (materialized) => {
      const node: PlainNode = {
        name: 'greeting',
        config: {
          materialized,
          sql_header: "create or replace function public.greeting() returns text return 'xin chào';",
        },
        sql: () => 'select public.greeting() as text',
      };
      const ran = await runPlain(database, [node]);
      expect(statuses(ran)).toEqual({ greeting: 'success' });
      expect(await rows('select text from shop.greeting')).toEqual([{ text: 'xin chào' }]);
    },
  );
  test('makes indexes, unlogged tables and grants, and keeps descriptions', async () => {
    await runPlain(database, [
      {
        name: 'a',
        config: {
          indexes: [
            { columns: ['id'], unique: true },
            { columns: ['lower(name)'], type: 'btree' },
          ],
          unlogged: true,
          grants: { select: ['pg_monitor'] },
          persist_docs: { relation: true, columns: true },
        },
        sql: () => `select 1 as id, 'An' as name`,
        extra: {
          description: `One row per customer; it's "fine".`,
          columns: {
            id: {
              name: 'id',
              description: 'The key.',
              data_type: null,
              quote: null,
              meta: {},
              tags: [],
              constraints: [],
            },
          },
        },
      },
    ]);
    const [table] = await rows(`select relpersistence from pg_class where oid = 'shop__r1.a'::regclass`);
    expect(table).toEqual({ relpersistence: 'u' });
    expect(
      await rows(`select indexdef from pg_indexes where schemaname = 'shop__r1' order by 1`),
    ).toMatchObject([
      { indexdef: expect.stringContaining('(lower(name))') as string },
      { indexdef: expect.stringContaining('UNIQUE') as string },
    ]);
    expect(
      await rows(`select has_table_privilege('pg_monitor', 'shop.a', 'select') as view,
                         obj_description('shop.a'::regclass) as about,
                         col_description('shop__r1.a'::regclass, 1) as id`),
    ).toEqual([{ view: true, about: `One row per customer; it's "fine".`, id: 'The key.' }]);
  });

  test('makes views of views, materialized views, and selects that end in a comment or a semicolon', async () => {
    const ran = await runPlain(database, [
      { name: 'a', config: { materialized: 'view' }, sql: () => 'select 1 as id -- the end' },
      {
        name: 'b',
        reads: ['a'],
        config: { materialized: 'view' },
        sql: ({ ref }) => `select id from ${ref('a')};\n`,
      },
      {
        name: 'c',
        reads: ['b'],
        config: { materialized: 'materialized_view' },
        sql: ({ ref }) => `select * from ${ref('b')}`,
      },
    ]);
    expect(ran.state).toBe('published');
    expect(await rows('select * from shop.c')).toEqual([{ id: 1 }]);
    await runPlain(database, [{ name: 'c', config: { materialized: 'table' }, sql: () => 'select 2 as id' }]);
    await runPlain(database, [{ name: 'c', config: { materialized: 'table' }, sql: () => 'select 3 as id' }]);
    const left = await rows(`select relation_schema || '.' || relation_name as r from thau.relations
      where relation_kind <> 'schema' order by 1`);
    expect(left).toEqual([{ r: 'shop__r2.c' }, { r: 'shop__r3.c' }]);
  });

  test('holds a select against its contract, and makes its constraints', async () => {
    const column = (name: string, data_type: string, constraints: Record<string, unknown>[] = []) => ({
      [name]: { name, description: '', data_type, quote: null, meta: {}, tags: [], constraints },
    });
    const node = (sql: string): PlainNode => ({
      name: 'a',
      config: { contract: { enforced: true } },
      sql: () => sql,
      extra: { columns: { ...column('id', 'bigint', [{ type: 'not_null' }]), ...column('name', 'text') } },
    });
    const wrong = await runPlain(database, [node(`select 1 as id, 'An' as label`)]);
    expect(wrong.results[0]?.error).toMatchObject({
      code: 'BUILD_CONTRACT',
      notes: [
        'column "id" is integer, and the contract says bigint',
        'column "name" (text) is not in the SQL',
        'column "label" (text) is not in the contract',
      ],
    });
    const right = await runPlain(database, [node(`select 'An' as name, 1::bigint as id`)]);
    expect(right.state).toBe('published');
    const broken = await runPlain(database, [node(`select 'An' as name, null::bigint as id`)]);
    expect(broken.results[0]?.error).toMatchObject({ code: 'POSTGRES_CONSTRAINT' });
  });

  test('names the file and the line of broken SQL', async () => {
    const ran = await runPlain(database, [
      {
        name: 'a',
        sql: () => 'select\n    1 as x,\n    nam as y\nfrom (select 1 as name) as t',
        extra: {
          raw_code: `{{ config() }}\nselect\n    1 as x,\n    nam as y\nfrom (select 1 as name) as t`,
        },
      },
    ]);
    expect(ran.results[0]?.error).toMatchObject({
      code: 'POSTGRES_UNDEFINED',
      at: { file: 'transforms/a.sql', line: 4, column: 5 },
    });
  });

  test('says what to build when a parent was never built', async () => {
    const nodes: PlainNode[] = [
      { name: 'a', sql: () => 'select 1 as id' },
      { name: 'b', reads: ['a'], sql: ({ ref }) => `select * from ${ref('a')}` },
    ];
    const ran = await runPlain(database, nodes, { only: ['b'] });
    expect(ran.results[0]?.error).toMatchObject({ code: 'BUILD_MISSING_RELATION' });
  });

  test('refuses two nodes that write one relation, and a materialisation nobody knows', async () => {
    const a: PlainNode = { name: 'a', sql: () => 'select 1 as id' };
    const b: PlainNode = { name: 'b', sql: () => 'select 1 as id', extra: { alias: 'a' } };
    await expect(runPlain(database, [a, b])).rejects.toMatchObject({ code: 'BUILD_TWO_NODES_ONE_RELATION' });
    const ran = await runPlain(database, [{ ...a, config: { materialized: 'cube' } }]);
    expect(ran.results[0]?.error).toMatchObject({ code: 'BUILD_UNKNOWN_MATERIALIZATION' });
  });

  test('keeps apart nodes whose long names PostgreSQL would cut', async () => {
    const schema = 's'.repeat(62);
    const ran = await runPlain(database, [{ name: 'a', schema, sql: () => 'select 1 as id' }]);
    expect(ran.state).toBe('published');
    expect(await rows(`select * from ${schema}.a`)).toEqual([{ id: 1 }]);
  });
});

describe('seeds', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'thau-seeds-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const seed = (text: string | Buffer, config: Record<string, unknown> = {}): PlainNode => {
    writeFileSync(join(folder, 's.csv'), text);
    return {
      name: 's',
      type: 'seed',
      config,
      extra: { original_file_path: 'seeds/s.csv', path: 's.csv', root_path: folder },
    };
  };
  const fault = async (text: string | Buffer, config?: Record<string, unknown>): Promise<unknown> =>
    (await runPlain(database, [seed(text, config)])).results[0]?.error;

  test('learn their types from the values, as dbt does', async () => {
    await runPlain(database, [
      seed(
        'Id,big,price,day,at,zoned,ok,note,empty\n' +
          '1,3000000000,1.5,2026-01-02,2026-01-02 03:04:05,2026-01-02T03:04:05+07:00,true,"a ""b"", c",\n' +
          '2,4,"1,002",2026-02-03,2026-02-03 00:00:00,2026-02-03T00:00:00Z,FALSE,null,NULL\n',
      ),
    ]);
    const columns =
      await rows(`select attname || ' ' || format_type(atttypid, atttypmod) as c from pg_attribute
      where attrelid = 'shop.s'::regclass and attnum > 0 order by attnum`);
    expect(columns.map((row) => row['c'])).toEqual([
      'id integer',
      'big bigint',
      'price double precision',
      'day date',
      'at timestamp without time zone',
      'zoned timestamp with time zone',
      'ok boolean',
      'note text',
      'empty integer',
    ]);
    expect(await rows('select price from shop.s where id = 2')).toEqual([{ price: 1002 }]);
    expect(await rows('select id, note, empty from shop.s order by id')).toEqual([
      { id: 1, note: 'a "b", c', empty: null },
      { id: 2, note: null, empty: null },
    ]);
  });

  test('take column_types, a delimiter, a byte order mark and line ends of Windows', async () => {
    const config = { column_types: { id: 'text', amount: 'numeric(12,2)' }, delimiter: ';' };
    await runPlain(database, [seed('\uFEFFid;amount\r\n007;1,5\r\n'.replace('1,5', '1.5'), config)]);
    expect(await rows('select * from shop.s')).toEqual([{ id: '007', amount: '1.50' }]);
  });

  test('keep Vietnamese, quotes and line breaks inside fields', async () => {
    await runPlain(database, [seed('name\n"Nguyễn Thị Bưởi\nở Đà Nẵng 🥭"\n')]);
    expect(await rows('select name from shop.s')).toEqual([{ name: 'Nguyễn Thị Bưởi\nở Đà Nẵng 🥭' }]);
  });

  test('with a row too long or too short name file, line and column, and publish nothing', async () => {
    expect(await fault('a,b\n1,2\n3,4,5\n')).toMatchObject({
      code: 'BUILD_SEED_ROW',
      at: { file: 'seeds/s.csv', line: 3, column: 5 },
    });
    expect(await fault('a,b\n"x\ny",2\n3\n')).toMatchObject({ code: 'BUILD_SEED_ROW', at: { line: 4 } });
    expect(await rows('select generation from thau.pointer')).toEqual([]);
  });

  test('with a quote that never ends or stands alone name its line', async () => {
    expect(await fault('a,b\n1,2\n3,"4\n5,6\n')).toMatchObject({ code: 'BUILD_SEED_ROW', at: { line: 3 } });
    expect(await fault('a,b\n1,2"2\n')).toMatchObject({ code: 'BUILD_SEED_ROW', at: { line: 2 } });
    expect(await fault('a,b\n1,"2"2\n')).toMatchObject({ code: 'BUILD_SEED_ROW', at: { line: 2 } });
  });

  test('with a value that does not fit its type name line, column and value', async () => {
    const error = await fault('id,name\n1,"An\nBình"\nx,Chi\n', { column_types: { id: 'integer' } });
    expect(error).toMatchObject({
      code: 'BUILD_SEED_VALUE',
      at: { file: 'seeds/s.csv', line: 4, column: 1 },
    });
    expect((error as Error).message).toContain('"x"');
  });

  test('that are empty, not UTF-8, missing, or name a column twice are told so', async () => {
    expect(await fault('')).toMatchObject({ code: 'BUILD_SEED_FILE' });
    expect(await fault(Buffer.from([97, 10, 49, 10, 0xff, 0xfe, 10]))).toMatchObject({
      code: 'BUILD_SEED_FILE',
      at: { line: 3 },
    });
    expect(await fault('a,A\n1,2\n')).toMatchObject({ code: 'BUILD_SEED_FILE', at: { line: 1, column: 3 } });
    const node = seed('a\n1\n');
    rmSync(join(folder, 's.csv'));
    expect((await runPlain(database, [node])).results[0]?.error).toMatchObject({ code: 'BUILD_SEED_FILE' });
  });

  test('with a header alone become an empty table', async () => {
    await runPlain(database, [seed('a,b\n')]);
    expect(await rows('select * from shop.s')).toEqual([]);
  });
});
