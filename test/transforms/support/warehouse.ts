import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { runThau } from '../../support/run-thau.js';

export const root = resolve(import.meta.dirname, '../../..');

/** Public data with published answers, where it is beside the repository. */
export const datasets = process.env['THAU_DATASETS'] ?? resolve(root, '../shared/datasets');

/** Asks the warehouse's database. */
export type Rows = (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

export interface Warehouse {
  readonly database: TestDatabase;
  /** Runs `thau` over this project and database; fails with what it printed unless it succeeded. */
  thau(...args: string[]): Promise<string>;
}

/** An empty database for the repository's own project. */
export async function createWarehouse(): Promise<Warehouse> {
  const database = await createTestDatabase();
  return { database, thau: (...args) => succeed(args, database.url) };
}

async function succeed(args: string[], url: string, cwd = root): Promise<string> {
  const ran = await runThau(args, { cwd, env: { DATABASE_URL: url } });
  if (ran.code !== 0) {
    throw new Error(`thau ${args.join(' ')} ended with ${String(ran.code)}:\n${ran.stdout}\n${ran.stderr}`);
  }
  return ran.stdout + ran.stderr;
}

/** One file of the sample's truth, as objects of text. */
export function truth(name: 'people' | 'records' | 'effects'): Record<string, string>[] {
  return csvFile(`seeds/sample/truth/${name}.csv`);
}

/** A CSV file with a header, relative to the repository. */
export function csvFile(path: string): Record<string, string>[] {
  return parse(readFileSync(resolve(root, path)), { columns: true });
}

/** Rows as a table of text, for joins with what was built. */
export async function putTable(
  database: TestDatabase,
  name: string,
  rows: readonly Record<string, string>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  await database.query(`create table ${name} (${columns.map((column) => `${column} text`).join(', ')})`);
  await database.query(
    `insert into ${name} select * from unnest(${columns.map((_, index) => `$${String(index + 1)}::text[]`).join(', ')})`,
    columns.map((column) => rows.map((row) => row[column] ?? '')),
  );
}
