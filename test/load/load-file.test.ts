import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConnectionUrl } from '../../src/config/connection-url.js';
import { formatError } from '../../src/errors/format.js';
import { ThauError } from '../../src/errors/thau-error.js';
import { loadFile, type LoadFileOptions } from '../../src/load/load-file.js';
import { Database } from '../../src/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let server: TestDatabase;
let database: Database;
let folder: string;

beforeAll(async () => {
  server = await createTestDatabase();
  database = new Database({ connection: parseConnectionUrl(server.url, 'test') });
  folder = mkdtempSync(join(tmpdir(), 'thau tải '));
});

afterAll(async () => {
  await database.close();
  await server.drop();
  rmSync(folder, { recursive: true });
});

let number = 0;

async function load(
  content: string | Buffer,
  options: Partial<LoadFileOptions> = {},
): Promise<{ table: string; rows: number }> {
  const name = options.name ?? `t${String(++number)}`;
  const path = join(folder, 'rows.csv');
  writeFileSync(path, content);
  const rows = await database.transaction((tx) =>
    loadFile(tx, {
      path,
      shown: 'rows.csv',
      delimiter: ',',
      schema: 'raw_test',
      name,
      types: {},
      whenThere: 'refuse',
      ...options,
    }),
  );
  return { table: `raw_test.${name}`, rows };
}

async function refusal(content: string | Buffer, options: Partial<LoadFileOptions> = {}): Promise<ThauError> {
  try {
    await load(content, options);
  } catch (error) {
    if (error instanceof ThauError) return error;
    throw error;
  }
  throw new Error('it was loaded');
}

const rowsOf = (table: string): Promise<Record<string, unknown>[]> => server.query(`select * from ${table}`);

describe('loading a text file', () => {
  test('keeps text as it stands: quotes, commas, line ends, tabs, backslashes, emoji, NFD', async () => {
    const odd = 'tab\there \\N \\. back\\slash 😀 Hòa';
    const { table, rows } = await load(`a,b,c\r\n1,"two, ""quoted""\nlines",${odd}\r\n\r\n2,"",\r\n`);
    expect(rows).toBe(2);
    expect(await rowsOf(table)).toEqual([
      { a: '1', b: 'two, "quoted"\nlines', c: odd },
      { a: '2', b: '', c: null },
    ]);
  });

  test('takes a byte order mark, a missing last line end and another delimiter', async () => {
    const { table } = await load('\uFEFFa;b\n1;2', { delimiter: ';' });
    expect(await rowsOf(table)).toEqual([{ a: '1', b: '2' }]);
  });

  test('parts fields by runs of blanks', async () => {
    const { table } = await load(' id  day price\n 1 19970101   11.77\n', {
      delimiter: 'spaces',
      types: { price: 'numeric' },
    });
    expect(await rowsOf(table)).toEqual([{ id: '1', day: '19970101', price: '11.77' }]);
  });

  test('takes the names of columns where the file has no header', async () => {
    const { table } = await load('1,2\n3,4\n', { columns: ['x', 'y'], types: { y: 'integer' } });
    expect(await rowsOf(table)).toEqual([
      { x: '1', y: 2 },
      { x: '3', y: 4 },
    ]);
  });

  test('reads records that span the pieces in which the file arrives', async () => {
    const long = 'x'.repeat(300_000);
    const { table } = await load(`a,b\n1,"${long}\n""${long}"\n2,z\n`);
    const [row] = await server.query(`select length(b) as length from ${table} where a = '1'`);
    expect(row).toEqual({ length: 600_002 });
  });

  test('replaces rows in place, so that views upon the table stay', async () => {
    const { table } = await load('a\n1\n', { name: 'kept' });
    await server.query(`create view raw_test.upon as select * from ${table}`);
    await load('a\n2\n', { name: 'kept', whenThere: 'replace' });
    expect(await rowsOf('raw_test.upon')).toEqual([{ a: '2' }]);
    await load('a\n3\n', { name: 'kept', whenThere: 'append' });
    expect(await rowsOf('raw_test.upon')).toEqual([{ a: '2' }, { a: '3' }]);
    const error = await refusal('a,b\n1,2\n', { name: 'kept', whenThere: 'replace' });
    expect(error.code).toBe('LOAD_TABLE_EXISTS');
    expect(error.notes.join()).toContain('upon');
  });

  test('makes a replaced table anew when the columns changed and nothing stands on it', async () => {
    await load('a\n1\n', { name: 'renewed' });
    const { table } = await load('a,b\n1,2\n', { name: 'renewed', whenThere: 'replace' });
    expect(await rowsOf(table)).toEqual([{ a: '1', b: '2' }]);
  });

  test('refuses a table that is there, and leaves it as it was', async () => {
    const { table } = await load('a\n1\n', { name: 'there' });
    expect((await refusal('a\n2\n', { name: 'there' })).code).toBe('LOAD_TABLE_EXISTS');
    expect((await refusal('b\n2\n', { name: 'there', whenThere: 'append' })).code).toBe('LOAD_TABLE_EXISTS');
    expect(await rowsOf(table)).toEqual([{ a: '1' }]);
  });

  test.each([
    ['a field too many', 'a,b\n1,2\n3,4,5\n', 3, 1],
    ['a field too few', 'a,b\n1\n', 2, 1],
    ['a quote never closed', 'a,b\n1,2\n3,"four\nfive\n', 3, 3],
    ['a quote within a field', 'a,b\n1,2"\n', 2, 4],
    ['text after a closing quote', 'a,b\n"1"x,2\n', 2, 4],
    ['a value that is no number', 'a,n\n1,2\n"x\ny",12\n3,"ba,d"\n', 5, 3],
    ['a number out of range', 'a,n\n1,99999999999\n', 2, 3],
    ['a column without name', 'a,,n\n', 1, 3],
    ['a column named twice', 'a,n,a\n', 1, 5],
  ])('tells file, line and column of %s, and loads nothing', async (_what, content, line, column) => {
    const error = await refusal(content, {
      name: 'never',
      types: content.includes(',n') ? { n: 'integer' } : {},
    });
    expect(error.code).toBe('LOAD_ROW');
    expect(error.at).toEqual({ file: 'rows.csv', line, column });
    expect(error.hint).toContain('nothing of the file was loaded');
    expect(formatError(error)).not.toContain('    at ');
    expect(await server.query(`select to_regclass('raw_test.never')::text as found`)).toEqual([
      { found: null },
    ]);
  });

  test('tells the line of a zero byte and of a byte that is not UTF-8', async () => {
    expect((await refusal('a\nx\u0000y\n')).at?.line).toBe(2);
    const error = await refusal(
      Buffer.concat([Buffer.from('a\nok\n'), Buffer.from([0xc3, 0x28]), Buffer.from('\n')]),
    );
    expect([error.code, error.at?.line]).toEqual(['LOAD_FILE', 3]);
  });

  test('refuses an empty file, a folder, a file that is not there and a type for no column', async () => {
    expect((await refusal('')).code).toBe('LOAD_FILE');
    expect((await refusal('a\n', { path: folder })).message).toContain('it is a folder');
    expect((await refusal('a\n', { path: join(folder, 'none') })).message).toContain('it does not exist');
    const error = await refusal('price\n1\n', { types: { pirce: 'numeric' } });
    expect([error.code, error.hint]).toEqual(['LOAD_OPTION', 'Did you mean "price"?']);
  });

  test('refuses a name that a view has taken', async () => {
    await server.query('create schema if not exists raw_test; create view raw_test.seen as select 1 as a');
    expect((await refusal('a\n1\n', { name: 'seen', whenThere: 'replace' })).message).toContain('is a view');
  });
});
