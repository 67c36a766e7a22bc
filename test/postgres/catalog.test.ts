import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  describeRelations,
  indexedColumns,
  listRelations,
  uniqueColumns,
} from '../../src/postgres/catalog.js';
import { Database } from '../../src/postgres/database.js';
import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../src/postgres/identifier.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let database: Database;

beforeAll(async () => {
  scratch = await createTestDatabase();
  database = new Database({ connection: connectionOf(scratch.url), max: 2 });
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});

test('describes columns by format_type, indexes with their columns, comments and sizes, in the order asked', async () => {
  await database.query(`
    create schema shop;
    create table shop.orders (
        order_id bigint primary key, amount numeric(12,2) not null, dropped int, "Ghi chú" text, at timestamptz(3));
    alter table shop.orders drop column dropped;
    comment on column shop.orders.amount is 'in VND';
    create index on shop.orders (lower("Ghi chú"), amount);
    create index on shop.orders (amount, at);
    create unique index on shop.orders (at) where amount > 0;
    create view shop.recent as select * from shop.orders`);
  const described = await describeRelations(database, [
    { schema: 'shop', name: 'recent' },
    { schema: 'shop', name: 'nothing' },
    { schema: 'shop', name: 'orders' },
  ]);
  expect(described.map(({ name, kind }) => [name, kind])).toEqual([
    ['recent', 'view'],
    ['orders', 'table'],
  ]);
  const orders = described[1]!;
  expect(
    orders.columns.map(({ name, type, notNull, description }) => [name, type, notNull, description]),
  ).toEqual([
    ['order_id', 'bigint', true, null],
    ['amount', 'numeric(12,2)', true, 'in VND'],
    ['Ghi chú', 'text', false, null],
    ['at', 'timestamp(3) with time zone', false, null],
  ]);
  expect(uniqueColumns(orders)).toEqual([['order_id']]);
  expect(indexedColumns(orders).sort()).toEqual([['amount', 'at'], ['order_id']]);
  expect(orders.estimatedRows).toBe(-1);
  expect(await listRelations(database, ['shop', 'unknown'])).toEqual([
    { schema: 'shop', name: 'orders', kind: 'table' },
    { schema: 'shop', name: 'recent', kind: 'view' },
  ]);
});

test('quotes identifiers and literals so that PostgreSQL reads back what was meant', async () => {
  const nasty = `a"b'c\\d; drop table x --`;
  const { rows } = await database.query(`select ${quoteLiteral(nasty)} as ${quoteIdentifier(nasty)}`);
  expect(rows).toEqual([{ [nasty]: nasty }]);
  expect(qualifiedName('a', 'B"')).toBe('"a"."B"""');
  expect(() => quoteIdentifier('a\0b')).toThrow(TypeError);
});
