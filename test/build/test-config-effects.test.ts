import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

let database: TestDatabase;
let project: ProjectFolder;
let told = '';

/** Four failing rows, judged by the config in front. */
const judged = (config: string): string => `{{ config(${config}) }} select id from {{ ref('numbers') }}`;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'transforms/numbers.sql': "{{ config(materialized='table') }} select generate_series(1, 4) as id",
    'tests/warns_if.sql': judged("warn_if='> 3', error_if='> 4'"),
    'tests/passes_under.sql': judged("warn_if='> 4', error_if='> 5'"),
    'tests/is_a_warning.sql': judged("severity='warn'"),
    'tests/is_limited.sql': judged("limit=2, severity='warn'"),
    'tests/sums.sql': judged("fail_calc='sum(id)', severity='warn'"),
    'tests/keeps_rows.sql': judged("store_failures=true, severity='warn'"),
    'tests/keeps_a_view.sql': judged("store_failures_as='view', severity='warn'"),
  });
  const built = await thau(['build', '--project-dir', project.path], { DATABASE_URL: database.url });
  told = built.stdout + built.stderr;
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

describe('the config of a test', () => {
  test('warn_if and error_if judge the number of failures', () => {
    expect(told).toMatch(/WARN.*warns_if/);
    expect(told).toMatch(/PASS.*passes_under/);
  });

  test('severity warn never stops a run', () => {
    expect(told).toMatch(/WARN.*is_a_warning/);
    expect(told).toContain('published generation 1');
  });

  test('limit and fail_calc change what is counted', () => {
    expect(told).toMatch(/WARN.*is_limited.*\b2\b/);
    expect(told).toMatch(/WARN.*sums.*\b10\b/);
  });

  test('store_failures keeps the rows as a table, store_failures_as as a view', async () => {
    const kept = await database.query(
      `select relname, relkind::text as kind, relnamespace::regnamespace::text as schema from pg_class
       where relname in ('keeps_rows', 'keeps_a_view') order by relname`,
    );
    expect(kept.map(({ relname, kind }) => [relname, kind])).toEqual([
      ['keeps_a_view', 'v'],
      ['keeps_rows', 'r'],
    ]);
    const schema = String(kept[1]?.['schema']);
    expect(await database.query(`select count(*)::int as n from ${schema}.keeps_rows`)).toEqual([{ n: 4 }]);
  });

  test('a view of failures goes on with its test, and keeps no relation once its test is gone', async () => {
    // what somebody reads at that moment, such as a worker that analyzes it, stays until the next run
    const build = async (most = 1): Promise<readonly string[]> => {
      const built = await thau(['build', '--no-carry', '--project-dir', project.path], {
        DATABASE_URL: database.url,
      });
      expect(built.code, built.stdout + built.stderr).toBe(0);
      const kept = await database.query(
        `select relation_schema as name from thau.relations where relation_name = 'numbers'`,
      );
      return kept.length <= 2 || most === 1 ? kept.map(({ name }) => String(name)) : build(most - 1);
    };
    await build();
    expect(await build(5)).toHaveLength(2);
    project.write({ 'tests/keeps_a_view.sql': judged("severity='warn'") });
    await build();
    await build();
    expect(await build(5)).toHaveLength(2);
    expect(await database.query(`select from pg_class where relname = 'keeps_a_view'`)).toEqual([]);
  });
});
