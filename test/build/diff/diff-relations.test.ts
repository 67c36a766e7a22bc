import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { diffRelations } from '../../../src/build/diff/diff-relations.js';
import { isDifferent, type RelationDiff } from '../../../src/build/diff/relation-diff.js';
import { Database } from '../../../src/postgres/database.js';
import { connectionOf } from '../../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let scratch: TestDatabase;
let database: Database;
beforeAll(async () => {
  scratch = await createTestDatabase();
  database = new Database({ connection: connectionOf(scratch.url) });
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});
beforeEach(() => database.query('drop schema if exists d cascade; create schema d'));

const diff = (key: readonly string[] = ['id'], samples = 5): Promise<RelationDiff> =>
  diffRelations(database, {
    before: { schema: 'd', name: 'a' },
    after: { schema: 'd', name: 'b' },
    key,
    samples,
  });

test('tells added, removed and changed rows, and the columns they changed in', async () => {
  await database.query(`
    create table d.a as select * from (values (1, 'an', 10.0), (2, 'bình', 20), (3, 'chi', 30)) as t(id, name, spent);
    create table d.b as select * from (values (1, 'an', 10.00), (3, 'chi lê', 31), (4, 'dũng', 40)) as t(id, name, spent)`);
  const found = await diff();
  expect(found.rows).toEqual({ before: 3, after: 3, added: 1, removed: 1, changed: 1 });
  expect(found.changedColumns).toEqual({ name: 1, spent: 1 });
  expect(found.samples).toEqual({
    added: [{ key: { id: 4 }, row: { id: 4, name: 'dũng', spent: 40 } }],
    removed: [{ key: { id: 2 }, row: { id: 2, name: 'bình', spent: 20 } }],
    changed: [{ key: { id: 3 }, changes: { name: ['chi', 'chi lê'], spent: [30, 31] } }],
  });
});

test('tells columns that came, went or changed their type, and compares values of two types as text', async () => {
  await database.query(`
    create table d.a (id int, old text, n int); insert into d.a values (1, 'x', 5), (2, 'y', 6);
    create table d.b (id int, n text, fresh jsonb); insert into d.b values (1, '5', '{}'), (2, '7', null)`);
  const found = await diff();
  expect(found.columns).toEqual({
    added: ['fresh'],
    removed: ['old'],
    retyped: [{ name: 'n', before: 'integer', after: 'text' }],
  });
  expect(found.rows.changed).toBe(1);
});

test('equal relations do not differ, nulls in the key and types without a hash included', async () => {
  await database.query(`
    create table d.a (id int, j json, p point, "Ghi chú" text, f float8);
    insert into d.a values (1, '{"a":1}', '(1,2)', null, 'nan'), (null, null, null, 'x', '-0');
    create table d.b as select * from d.a`);
  expect(isDifferent(await diff())).toBe(false);
  expect(isDifferent(await diff([]))).toBe(false);
});

test('values of two types that are the same number or moment are the same', async () => {
  await database.query(`
    create table d.a (id int, n int, m numeric(8, 2), t date, v varchar(10));
    insert into d.a values (1, 5, 1.50, '2026-01-31', 'x'), (2, 6, 2.00, '2026-02-01', 'y');
    create table d.b (id bigint, n numeric, m numeric, t timestamp, v text);
    insert into d.b values (1, 5.00, 1.5, '2026-01-31 00:00', 'x'), (2, 6.5, 2, '2026-02-01 00:00', 'y')`);
  const found = await diff();
  expect(found.columns.retyped.map(({ name }) => name)).toEqual(['id', 'n', 'm', 't', 'v']);
  expect(found.changedColumns).toEqual({ n: 1 });
});

test('NaN, infinity, minus zero, arrays, composites, json and its arrays, ranges and enums are compared by value', async () => {
  await database.query(`
    create type d.mood as enum ('sad', 'glad'); create type d.pair as (x int, y text); create domain d.doc as json;
    create table d.a (id int, f float8, n numeric, a int[], p d.pair, j json, js json[], o d.doc, r int4range, m d.mood,
                      b bit(3), x jsonb);
    insert into d.a
    select i, 'nan', 'infinity', array[1, null, 3], '(1,y)'::d.pair, '{"a": 1}', array['1', null]::json[], '[1]', '[1,5)', 'sad',
           b'101', '{"a": 1, "b": 2}' from generate_series(1, 3) as i;
    create table d.b as select * from d.a;
    update d.b set f = '-0', j = '{"a": 2}', js = array['2']::json[], a = array[1, 2, 3], p = '(1,)'::d.pair where id = 2;
    update d.b set x = '{"b": 2, "a": 1}', r = '[1,4]', m = 'glad', b = b'100', o = '[2]', n = '-infinity' where id = 3`);
  const found = await diff();
  expect(found.rows).toMatchObject({ added: 0, removed: 0, changed: 2 });
  expect(found.changedColumns).toEqual({ f: 1, n: 1, a: 1, p: 1, j: 1, js: 1, o: 1, m: 1, b: 1 });
});

test('a key that is not unique on one side is not used', async () => {
  await database.query(`
    create table d.a as select * from (values (1, 'x'), (1, 'x'), (2, 'y')) as t(id, name);
    create table d.b as select * from (values (1, 'x'), (2, 'z')) as t(id, name)`);
  const found = await diff();
  expect(found.key).toEqual([]);
  expect(found.rows).toEqual({ before: 3, after: 2, added: 1, removed: 2, changed: 0 });
});

test('a null key is a key: its row can change', async () => {
  await database.query(`
    create table d.a as select null::int as id, 1 as n;
    create table d.b as select null::int as id, 2 as n`);
  expect((await diff()).rows).toEqual({ before: 1, after: 1, added: 0, removed: 0, changed: 1 });
});

test('without a key rows are compared as a bag', async () => {
  await database.query(`
    create table d.a as select * from (values (1), (1), (2)) as t(n);
    create table d.b as select * from (values (1), (2), (2), (3)) as t(n)`);
  const found = await diff(['id']);
  expect(found.key).toEqual([]);
  expect(found.rows).toEqual({ before: 3, after: 4, added: 2, removed: 1, changed: 0 });
  expect(found.samples.added).toEqual([
    { key: {}, row: { n: 2 } },
    { key: {}, row: { n: 3 } },
  ]);
});

test('a table of 120 columns is compared whole', async () => {
  const columns = Array.from({ length: 120 }, (_, n) => `${n} as c${n}`).join(', ');
  await database.query(`
    create table d.a as select 1 as id, ${columns};
    create table d.b as select * from d.a; update d.b set c7 = -1, c119 = -1`);
  expect((await diff()).changedColumns).toEqual({ c7: 1, c119: 1 });
});

test('of 60,000 rows with three differences it reads only their blocks row by row', async () => {
  await database.query(`
    create table d.a as select n as id, md5(n::text) as v from generate_series(1, 60000) as n;
    create table d.b as select * from d.a;
    update d.b set v = 'x' where id = 777; delete from d.b where id = 5; insert into d.b values (60001, 'new')`);
  expect((await diff()).rows).toEqual({ before: 60_000, after: 60_000, added: 1, removed: 1, changed: 1 });
});

test('the counts are those of a plain comparison, for any two tables', async () => {
  const rows = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 12 }), fc.option(fc.integer({ min: 0, max: 2 }))),
    {
      selector: ([id]) => id,
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(rows, rows, async (a, b) => {
      await database.query(
        'drop table if exists d.a, d.b; create table d.a (id int, n int); create table d.b (id int, n int)',
      );
      for (const [table, list] of [
        ['a', a],
        ['b', b],
      ] as const) {
        await database.query(
          `insert into d.${table} select * from jsonb_to_recordset($1::jsonb) as t(id int, n int)`,
          [JSON.stringify(list.map(([id, n]) => ({ id, n })))],
        );
      }
      const [old, now] = [new Map(a), new Map(b)];
      expect((await diff()).rows).toEqual({
        before: a.length,
        after: b.length,
        added: b.filter(([id]) => !old.has(id)).length,
        removed: a.filter(([id]) => !now.has(id)).length,
        changed: b.filter(([id, n]) => old.has(id) && old.get(id) !== n).length,
      });
    }),
    { numRuns: 40 },
  );
});

test('rows that change values for each other differ, by any kind of key and by none', async () => {
  const few = fc.option(fc.integer({ min: 0, max: 2 }));
  const row = fc.record({ k: fc.option(fc.constantFrom('a', 'b', 'c')), l: few, x: few, y: few });
  const keyOf = ({ k, l }: { k: string | null; l: number | null }): string => JSON.stringify([k, l]);
  const table = fc.uniqueArray(row, { selector: keyOf, maxLength: 8 });
  await database.query(
    'create table d.a (k text, l bigint, x int, y int); create table d.b (k text, l bigint, x int, y int)',
  );
  await fc.assert(
    fc.asyncProperty(table, table, async (a, b) => {
      await database.query(
        `with gone as (delete from d.a) insert into d.a select * from jsonb_populate_recordset(null::d.a, $1)`,
        [JSON.stringify(a)],
      );
      await database.query(
        `with gone as (delete from d.b) insert into d.b select * from jsonb_populate_recordset(null::d.b, $1)`,
        [JSON.stringify(b)],
      );
      const [old, now] = [a, b].map((rows) => new Map(rows.map((one) => [keyOf(one), JSON.stringify(one)])));
      const added = b.filter((one) => !old?.has(keyOf(one))).length;
      const removed = a.filter((one) => !now?.has(keyOf(one))).length;
      const changed = b.filter(
        (one) => old?.has(keyOf(one)) && old.get(keyOf(one)) !== now?.get(keyOf(one)),
      ).length;
      const sizes = { before: a.length, after: b.length };
      expect((await diff(['k', 'l'])).rows).toEqual({ ...sizes, added, removed, changed });
      expect((await diff([])).rows).toEqual({
        ...sizes,
        added: added + changed,
        removed: removed + changed,
        changed: 0,
      });
    }),
    { numRuns: 40 },
  );
});

test('equal rows that changed together do not hide each other where the key is none', async () => {
  await database.query(`
    create table d.a as select * from (values (1, 'x'), (1, 'x'), (2, 'y')) as t(id, name);
    create table d.b as select * from (values (1, 'z'), (1, 'z'), (2, 'y')) as t(id, name)`);
  const found = await diff();
  expect(found.key).toEqual([]);
  expect(found.rows).toEqual({ before: 3, after: 3, added: 2, removed: 2, changed: 0 });
});
