import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnLineage, type ColumnLineage } from '../../src/sql/lineage/column-lineage.js';
import { parseSql } from '../../src/sql/parse-sql.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const tables: Readonly<Record<string, readonly string[]>> = {
  orders: ['order_id', 'customer_id', 'amount', 'ordered_at', 'note'],
  customers: ['customer_id', 'email', 'phone', 'parent_id'],
  events: ['event_id', 'customer_id', 'payload', 'at'],
};
const columnsOf = (schema: string | undefined, name: string): readonly string[] | undefined =>
  schema === 'shop' ? tables[name] : undefined;

function lineage(sql: string): ColumnLineage {
  return columnLineage(parseSql(sql, 'query.sql')[0]!.tree, columnsOf);
}
const told = (found: ColumnLineage): Record<string, string[]> =>
  Object.fromEntries(
    found.columns.map(({ name, from }) => [name, from.map((o) => `${o.relation}.${o.column}`)]),
  );

let scratch: TestDatabase;
beforeAll(async () => {
  scratch = await createTestDatabase();
  await scratch.query(`
    create schema shop;
    create table shop.orders (order_id int primary key, customer_id int, amount numeric, ordered_at timestamptz, note text);
    create table shop.customers (customer_id int primary key, email text, phone text, parent_id int);
    create table shop.events (event_id int, customer_id int, payload jsonb, at timestamptz)`);
});
afterAll(() => scratch.drop());

/** PostgreSQL's own answer: the view's columns, and the columns its rule depends on. */
async function oracle(sql: string): Promise<{ names: string[]; reads: string[] }> {
  await scratch.query(`create view shop.v as ${sql}`);
  try {
    const names = await scratch.query(`
      select attname as name from pg_attribute where attrelid = 'shop.v'::regclass and attnum > 0 order by attnum`);
    const reads = await scratch.query(`
      select distinct c.relname || '.' || a.attname as name
      from pg_rewrite r
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refobjsubid > 0
      join pg_class c on c.oid = d.refobjid
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where r.ev_class = 'shop.v'::regclass
      order by 1`);
    return { names: names.map((row) => String(row['name'])), reads: reads.map((row) => String(row['name'])) };
  } finally {
    await scratch.query('drop view shop.v');
  }
}

const queries: readonly string[] = [
  'select * from shop.orders',
  'select o.*, c.email from shop.orders o join shop.customers c using (customer_id)',
  'select * from shop.orders natural join shop.customers',
  'select * from shop.orders o left join shop.customers c using (customer_id) where c.phone is null',
  'select c.customer_id, count(*) as n, sum(amount) from shop.orders o join shop.customers c on c.customer_id = o.customer_id group by 1 having max(ordered_at) > now()',
  'with o as (select customer_id as id, amount from shop.orders), final as (select id, sum(amount) as total from o group by id) select * from final',
  'with o(a, b) as (select customer_id, note from shop.orders) select b, a + 1 from o where a > 3 order by b',
  'select customer_id, email as contact from shop.customers union all select customer_id, note from shop.orders',
  '(select order_id from shop.orders order by ordered_at limit 3) union (select event_id from shop.events)',
  'with recursive tree as (select customer_id, parent_id, email as root from shop.customers where parent_id is null union all select c.customer_id, c.parent_id, t.root from shop.customers c join tree t on t.customer_id = c.parent_id) select * from tree',
  'select customer_id, (select max(o.amount) from shop.orders o where o.customer_id = c.customer_id) from shop.customers c',
  'select email from shop.customers c where exists (select 1 from shop.orders o where o.customer_id = c.customer_id and o.note is not null)',
  'select email, phone from shop.customers where customer_id in (select customer_id from shop.events)',
  "select event_id, e.payload ->> 'page' as page, k.key, k.value from shop.events e cross join lateral jsonb_each_text(e.payload) as k",
  'select event_id, x.n, x.v from shop.events e, jsonb_array_elements(e.payload) with ordinality as x(v, n)',
  'select c.email, last.amount from shop.customers c left join lateral (select o.amount from shop.orders o where o.customer_id = c.customer_id order by o.ordered_at desc limit 1) last on true',
  'select row_number() over (partition by customer_id order by ordered_at), lag(amount) over w from shop.orders window w as (order by order_id)',
  "select case when amount > 10 then note else 'x' end, coalesce(note, 'y'), nullif(note, ''), amount::int, '1'::text from shop.orders",
  'select greatest(amount, 1), least(amount, 2), array[note], current_date, now(), exists(select 1), array(select email from shop.customers) as emails from shop.orders',
  "select extract(year from ordered_at), date_trunc('day', ordered_at) as day, trim(note), count(*) filter (where amount > 3) from shop.orders group by 1, 2, 3",
  'select * from (values (1, 2), (3, 4)) as t(a, b)',
  'select a.customer_id, b.customer_id as other from shop.customers a, shop.customers b where a.phone = b.phone and a.customer_id < b.customer_id',
  'select distinct on (customer_id) customer_id, amount from shop.orders order by customer_id, ordered_at desc',
  'select note as customer_note, count(*) from shop.orders group by customer_note order by customer_note',
  'select j.* from (shop.orders o join shop.customers c using (customer_id)) as j(id, o_id)',
  'select orders.amount, shop.orders.note from shop.orders',
  'select g, g + 1 as next from generate_series(1, 3) as g',
  'select sum(amount) over () as s from shop.orders tablesample bernoulli (50)',
  'select customer_id, grouping(customer_id) from shop.orders group by rollup (customer_id)',
  "select x.a from shop.events e, xmltable('/r' passing (e.payload::text::xml) columns a int path 'a') as x",
  'select * from shop.events e cross join jsonb_to_record(e.payload) as r(page text, seconds int)',
  'with a as (select * from shop.orders), b as (select * from a), shop as (select 1 as one) select b.amount, shop.one from b, shop',
  'with customers as (select email from shop.customers) select customers.email from customers',
];

describe('PostgreSQL agrees', () => {
  test.each(queries)('%s', async (sql) => {
    const found = lineage(sql);
    const { names, reads } = await oracle(sql);
    expect(found.unresolved).toEqual([]);
    expect(found.columns.map(({ name }) => name)).toEqual(names);
    expect(found.reads.map((o) => `${o.relation}.${o.column}`).sort()).toEqual(reads);
  });
});

describe('where a value comes from', () => {
  test('a filter is read and is no origin', () => {
    const found = lineage('select email from shop.customers where phone is not null');
    expect(told(found)).toEqual({ email: ['customers.email'] });
    expect(found.reads.map((o) => o.column)).toEqual(['email', 'phone']);
  });

  test('a union has both sides, by position', () => {
    expect(
      told(lineage('select email as contact from shop.customers union select note from shop.orders')),
    ).toEqual({
      contact: ['customers.email', 'orders.note'],
    });
  });

  test('a recursive query carries the root along any number of steps', () => {
    const sql = `
      with recursive t as (
          select customer_id as a, customer_id as b, email as c from shop.customers
          union all
          select b, parent_id, a::text from shop.customers join t using (customer_id)
      )
      select a, b, c from t`.replace('using (customer_id)', 'on customer_id = b');
    expect(told(lineage(sql))).toEqual({
      a: ['customers.customer_id', 'customers.parent_id'],
      b: ['customers.customer_id', 'customers.parent_id'],
      c: ['customers.email', 'customers.customer_id', 'customers.parent_id'],
    });
  });

  test('EXISTS gives its answer no value, a scalar subquery does', () => {
    const sql = `
      select exists (select email from shop.customers) as has,
          (select max(amount) from shop.orders o where o.customer_id = c.customer_id) as most
      from shop.customers c`;
    expect(told(lineage(sql))).toEqual({ has: [], most: ['orders.amount'] });
  });

  test('an unknown relation and an unknown column are named', () => {
    expect(lineage('select a from shop.nothing').unresolved).toEqual(['shop.nothing']);
    expect(lineage('select emial from shop.customers').unresolved).toEqual(['emial']);
  });
});
