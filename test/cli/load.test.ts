import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runThau, type Ran } from '../support/run-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let server: TestDatabase;
let folder: string;

beforeAll(async () => {
  server = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'thau dự án '));
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\nversion: "1.0"\n');
  writeFileSync(join(folder, 'rows.csv'), 'id,price\n1,5\n2,6.5\n');
  writeFileSync(join(folder, 'wrong.csv'), 'id,price\n1,5\n2,cheap\n');
});

afterAll(async () => {
  await server.drop();
  rmSync(folder, { recursive: true });
});

const thau = (...args: string[]): Promise<Ran> =>
  runThau(args, { cwd: folder, env: { DATABASE_URL: server.url } });

describe('thau load', () => {
  test('loads a file, and a second time only with --replace or --append', async () => {
    const first = await thau('load', 'rows.csv', '--table', 'raw_shop.rows', '--type', 'price=numeric');
    expect([first.code, first.stdout]).toEqual([0, '2 rows loaded into raw_shop.rows\n']);
    const again = await thau('load', 'rows.csv', '--table', 'raw_shop.rows', '--type', 'price=numeric');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('LOAD_TABLE_EXISTS');
    const more = await thau(
      'load',
      'rows.csv',
      '--table',
      'raw_shop.rows',
      '--type',
      'price=numeric',
      '--append',
      '--json',
    );
    expect(JSON.parse(more.stdout)).toEqual({ table: 'raw_shop.rows', rows: 2 });
    expect(await server.query('select sum(price)::text as sum from raw_shop.rows')).toEqual([
      { sum: '23.0' },
    ]);
  });

  test('tells where a malformed row stands, without a stack trace', async () => {
    const ran = await thau('load', 'wrong.csv', '--table', 'raw_shop.wrong', '--type', 'price=numeric');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('LOAD_ROW');
    expect(ran.stderr).toContain('wrong.csv, line 3, column 3');
    expect(ran.stderr).toContain('2,cheap');
    expect(ran.stderr).not.toContain('    at ');
  });

  test.concurrent.each([
    [['load', 'rows.csv'], 2, '--table'],
    [['load', 'rows.csv', '--table', 'rows'], 1, 'LOAD_TABLE_NAME'],
    [['load', 'rows.csv', '--table', 'thau.runs', '--replace'], 1, 'LOAD_TABLE_NAME'],
    [['load', 'rows.csv', '--table', 'pg_catalog.pg_class', '--replace'], 1, 'LOAD_TABLE_NAME'],
    [['load', 'rows.csv', '--table', 'unified__r1.customers', '--append'], 1, 'LOAD_TABLE_NAME'],
    [['load', 'rows.csv', '--table', 'a.b', '--delimiter', 'long'], 1, 'LOAD_OPTION'],
    [['load', 'rows.csv', '--table', 'a.b', '--replace', '--append'], 1, 'LOAD_OPTION'],
    [['load', 'rows.csv', '--table', 'a.b', '--columns', 'x,x'], 1, 'LOAD_OPTION'],
    [['load', 'rows.csv', '--table', 'a.b', '--type', 'price=numeric); drop table x'], 1, 'LOAD_OPTION'],
    [['load', 'rows.csv', '--table', 'a.b', '--type', 'price=nombre'], 1, 'nombre'],
    [['load', 'none.csv', '--table', 'a.b'], 1, 'it does not exist'],
    [['sample', 'load', '--customers', 'many'], 2, 'whole number'],
    [['sample', 'load', '--customers', '0'], 1, 'SAMPLE_OPTION'],
    [['sample', 'generate', '--out', 'rows.csv', '--customers', '5'], 1, 'SAMPLE_FOLDER'],
  ])('refuses %j', async (args, code, said) => {
    const ran = await thau(...args);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).not.toContain('    at ');
    expect(ran.code).toBe(code);
  });
});

describe('thau sample', () => {
  test('loads a small story, refuses a second, replaces it when told', async () => {
    const first = await thau('sample', 'load', '--customers', '30');
    expect(first.stderr).not.toContain('hint');
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^\d[\d,]* rows loaded into \d+ raw tables\n$/),
    ]);
    expect((await thau('sample', 'load', '--customers', '30')).stderr).toContain('--replace');
    expect((await thau('sample', 'load', '--customers', '30', '--replace')).code).toBe(0);
  });

  test('writes files that it then loads', async () => {
    expect((await thau('sample', 'generate', '--customers', '20', '--days', '90')).code).toBe(0);
    const loaded = await thau('sample', 'load', '--replace', '--json');
    expect(loaded.code).toBe(0);
    const last = loaded.stdout.trim().split('\n').at(-1) ?? '';
    const { rows } = JSON.parse(last) as { rows: Record<string, number> };
    expect(await server.query('select count(*)::int as count from raw_crm.contacts')).toEqual([
      { count: rows['raw_crm.contacts'] },
    ]);
  });
});
