import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { ValueSearch, type SearchedColumn } from '../../src/privacy/value-search.js';
import { valuesPattern } from '../../src/privacy/values-pattern.js';

let database: TestDatabase;

const columns: readonly SearchedColumn[] = [
  { name: 'id', type: 'integer' },
  { name: 'said', type: 'text' },
  { name: 'short', type: 'character varying(60)' },
  { name: 'tags', type: 'text[]' },
  { name: 'facts', type: 'jsonb' },
  { name: 'number', type: 'bigint' },
  { name: 'amount', type: 'numeric' },
  { name: 'at', type: 'timestamp with time zone' },
  { name: 'is_new', type: 'boolean' },
  { name: 'Key "x"', type: 'uuid' },
];

const values = [
  'an.nguyen@example.com',
  '84912345678',
  '912345678',
  'shop_1%2\\3',
  'ẩn.trần@example.com',
  "o'neil@example.com",
  '5f3d7a52-1111-4222-8333-123456789abc',
];

const rows = [
  `(1, 'Write to AN.Nguyen@Example.COM, please', null, null, null, null, null, null, null, null)`,
  `(2, 'le.an.nguyen@example.com is another', 'an.nguyen@example.com.vn', null, null, null, null, null, null, null)`,
  `(3, null, '+84912345678', null, null, null, null, null, null, null)`,
  `(4, null, null, '{a,0912345678,"912345678"}', null, null, null, null, null, null)`,
  `(5, null, null, null, '{"phone": ["84912345678"], "n": 1}', null, null, null, null, null)`,
  `(6, null, null, null, null, 84912345678, null, null, null, null)`,
  `(7, null, null, null, null, null, 912345678.50, null, null, null)`,
  `(8, 'shop_1%2\\3', null, null, null, null, null, null, null, null)`,
  `(9, 'shopX1%2\\3 and shop_1_2\\3', null, null, null, 1912345678, 9123456780, now(), true, null)`,
  `(10, 'ẨN.TRẦN@example.com', null, null, null, null, null, null, null, null)`,
  `(11, null, 'Ên.trần@example.com', null, null, null, null, null, null, null)`,
  `(12, 'O''Neil@example.com', null, null, null, null, null, null, null, null)`,
  `(13, null, null, null, null, null, null, null, null, '5f3d7a52-1111-4222-8333-123456789abc')`,
  `(14, '84912', '345678', null, null, null, null, null, null, null)`,
  `(15, '', '', '{}', '{}', 0, 0, '2025-01-01', false, null)`,
];
const holding = [1, 3, 4, 5, 6, 7, 8, 10, 12, 13];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    `create table public.kept (${columns.map(({ name, type }) => `"${name.replaceAll('"', '""')}" ${type}`).join(', ')});
     insert into public.kept values ${rows.join(', ')}`,
  );
});
afterAll(() => database.drop());

async function found(condition: string): Promise<readonly unknown[]> {
  const answer = await database.query(`select r.id from public.kept as r where ${condition} order by 1`);
  return (answer as { id: number }[]).map(({ id }) => id);
}

test('a value is found in every type that can hold it, whole and in any case, and nowhere else', async () => {
  expect(await found(new ValueSearch(values).inRow(columns))).toEqual(holding);
});

test('the quick look before the pattern loses nothing that the pattern finds', async () => {
  for (const value of values) {
    const texts = columns.map(({ name }) => `r."${name.replaceAll('"', '""')}"::text`).join(', ');
    const pattern = `'${valuesPattern([value]).replaceAll("'", "''")}'`;
    const whole = await found(`concat_ws(' | ', ${texts}) ~* ${pattern}`);
    expect([value, await found(new ValueSearch([value]).inRow(columns))]).toEqual([value, whole]);
  }
});

test('a table of very many columns is searched in all of them, and nobody is found by no value', async () => {
  const names = Array.from({ length: 250 }, (_, index) => `c${String(index)}`);
  await database.query(`create table public.wide (id integer, ${names.map((name) => `${name} text`).join(', ')});
    insert into public.wide (id, c0) values (1, 'a'); insert into public.wide (id, c249) values (2, '0 84912345678 0')`);
  const wide = names.map((name) => ({ name, type: 'text' }));
  const ids = async (condition: string): Promise<unknown> =>
    database.query(`select r.id from public.wide as r where ${condition}`);
  expect(await ids(new ValueSearch(values).inRow(wide))).toEqual([{ id: 2 }]);
  expect(await ids(new ValueSearch([]).inRow(wide))).toEqual([]);
  expect(await ids(new ValueSearch(values).inRow([{ name: 'at', type: 'date' }]))).toEqual([]);
});
