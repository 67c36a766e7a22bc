import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConnectionUrl } from '../../src/config/connection-url.js';
import { loadSample } from '../../src/load/load-sample.js';
import { Database } from '../../src/postgres/database.js';
import { rawTables } from '../../src/sample/contract/tables.js';
import { relationOf } from '../../src/sample/contract/table.js';
import { writeSample } from '../../src/sample/write.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let server: TestDatabase;
let database: Database;
let folder: string;

beforeAll(async () => {
  server = await createTestDatabase();
  database = new Database({ connection: parseConnectionUrl(server.url, 'test') });
  folder = mkdtempSync(join(tmpdir(), 'thau-'));
});

afterAll(async () => {
  await database.close();
  await server.drop();
  rmSync(folder, { recursive: true });
});

const story = { customers: 40, seed: 5 };

async function contents(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const table of rawTables) {
    const [row] = await server.query(
      `select count(*)::int as rows, md5(string_agg(t::text, e'\\n' order by t::text)) as digest from ${relationOf(table)} as t`,
    );
    found[relationOf(table)] = row;
  }
  return found;
}

test('the sample is the same whether it comes from files or straight from the generator', async () => {
  await loadSample(database, { generate: story, whenThere: 'refuse' });
  const generated = await contents();
  await writeSample(folder, story);
  await loadSample(database, { folder, whenThere: 'replace' });
  expect(await contents()).toEqual(generated);
});

test('a past and the day after it, added as a loader would, are the whole story', async () => {
  await loadSample(database, { generate: story, whenThere: 'replace' });
  const whole = await contents();
  await loadSample(database, { generate: { ...story, before: '2026-05-01' }, whenThere: 'replace' });
  expect(await contents()).not.toEqual(whole);
  await loadSample(database, { generate: { ...story, from: '2026-05-01' }, whenThere: 'append' });
  expect(await contents()).toEqual(whole);
});

test('what arrived lately is found by one index in every raw table, however often it was loaded', async () => {
  const indexed = await server.query(
    `select format('%s.%s', schemaname, tablename) as name from pg_indexes where indexdef like '%(_loaded_at)'`,
  );
  expect(indexed.map(({ name }) => String(name)).sort()).toEqual(rawTables.map(relationOf).sort());
});

test('a malformed row in one file leaves every table as it was', async () => {
  const before = await contents();
  appendFileSync(
    join(folder, 'survey', 'responses.csv'),
    'J1,I1,Q-NPS,9,ok,yesterday-ish,2026-01-01T00:00Z\n',
  );
  const loading = loadSample(database, { folder, shown: 'seeds/sample', whenThere: 'replace' });
  await expect(loading).rejects.toMatchObject({
    code: 'LOAD_ROW',
    at: { file: join('seeds', 'sample', 'survey', 'responses.csv') },
  });
  expect(await contents()).toEqual(before);
});

test('a folder that lacks a file is refused by the name of the file', async () => {
  rmSync(join(folder, 'pos', 'stores.csv'));
  await expect(loadSample(database, { folder, whenThere: 'replace' })).rejects.toMatchObject({
    code: 'SAMPLE_FOLDER',
  });
});

test('the columns have the types of the contract', async () => {
  const rows = await server.query(/* sql */ `
    select table_schema || '.' || table_name || '.' || column_name as name, data_type as type
    from information_schema.columns where table_schema like 'raw\\_%'`);
  const types = new Map(rows.map((row) => [row['name'], row['type']]));
  for (const table of rawTables) {
    for (const column of table.columns) {
      const expected = column.type === 'timestamptz' ? 'timestamp with time zone' : column.type;
      expect(types.get(`${relationOf(table)}.${column.name}`), column.name).toBe(expected);
    }
  }
});
