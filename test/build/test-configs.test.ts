import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

/** Each test's config, and what dbt 1.11 answers: status and failures. */
const cases: readonly (readonly [string, string, string, number | null])[] = [
  ['plain_error', '{}', 'fail', 3],
  ['as_warning', '{severity: warn}', 'warn', 3],
  ['warn_if_more', "{severity: error, error_if: '>5', warn_if: '>2'}", 'warn', 3],
  ['neither', "{error_if: '>5', warn_if: '>3'}", 'pass', 0],
  ['warn_ignores_error_if', "{severity: warn, error_if: '>0', warn_if: '>5'}", 'pass', 0],
  ['within', "{where: 'id > 3'}", 'pass', 0],
  ['limited', '{limit: 2}', 'fail', 2],
  ['no_such_column', "{fail_calc: 'sum(id)'}", 'error', null],
  ['kept', '{store_failures: true, severity: WARN}', 'warn', 3],
  ['kept_too', '{store_failures: true, severity: WARN}', 'warn', 3],
  ['kept_as_view', '{store_failures_as: view, severity: warn}', 'warn', 3],
  ['not_kept', '{store_failures_as: ephemeral, store_failures: true, severity: warn}', 'warn', 3],
  ['no_number', "{fail_calc: 'max(n)'}", 'error', null],
];

let database: TestDatabase;
let project: ProjectFolder;
let results: Readonly<Record<string, { status: string; failures: number | null; message: string | null }>>;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodel-paths: [transforms]\ndata_tests: {+schema: audit}\n',
    'transforms/a.sql':
      'select i as id, case when i < 4 then null else i end as n from generate_series(1, 10) as i',
    'transforms/s.yml': `models:\n  - name: a\n    columns:\n      - name: n\n        data_tests:\n${cases
      .map(([name, config]) => `          - not_null: {name: ${name}, config: ${config}}`)
      .join('\n')}\n`,
    'tests/single.sql':
      "{{ config(severity='warn', fail_calc='max(id)', limit=2) }} select * from {{ ref('a') }} where n is null order by id",
  });
  const ran = await thau(['build', '--threads', '4', '--project-dir', project.path], {
    DATABASE_URL: database.url,
  });
  expect(ran.code).toBe(1);
  const read = JSON.parse(readFileSync(join(project.path, 'target/run_results.json'), 'utf8')) as {
    results: { unique_id: string; status: string; failures: number | null; message: string | null }[];
  };
  results = Object.fromEntries(read.results.map((one) => [one.unique_id.split('.')[2] ?? '', one]));
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

describe('the config of a test', () => {
  test.each(cases)('%s, with %s, ends as under dbt: %s', (name, _config, status, failures) => {
    expect(results[name]).toMatchObject({ status, failures });
  });

  test('of a singular test counts by its fail_calc over its limit', () => {
    expect(results['single']).toMatchObject({ status: 'warn', failures: 2 });
  });

  test('tells what it was held against', () => {
    expect(results['warn_if_more']?.message).toBe('Got 3 results, configured to warn if >2');
    expect(results['limited']?.message).toBe('Got 2 results, configured to fail if != 0');
    expect(results['no_number']?.message).toContain('fail_calc gives no number');
  });

  test('keeps failing rows in tables and views of their schema, although several make it at once', async () => {
    const rows = await database.query(
      "select table_name || ' ' || table_type as kept from information_schema.tables where table_schema = 'public_audit' order by 1",
    );
    expect(rows.map((row) => row['kept'])).toEqual([
      'kept BASE TABLE',
      'kept_as_view VIEW',
      'kept_too BASE TABLE',
    ]);
  });
});
