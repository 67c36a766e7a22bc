import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder, thau, type Ended, type ProjectFolder } from '../build/support/child-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'seeds/shops.csv': 'id,name\n1,Huế\n2,Vinh\n',
    'transforms/shop_names.sql':
      'select id, name || \'{{ var("mark", "") }}\' as name from {{ ref(\'shops\') }}',
    'transforms/grown.sql':
      "{{ config(materialized='incremental') }} select 1 as id {% if is_incremental() %} union all select 2 {% endif %}",
    'transforms/days.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day',
        begin='2026-01-01', batch_size='day') }} select day from {{ ref('all_days') }}`,
    'transforms/all_days.sql':
      "select day from generate_series(timestamptz '2026-01-01Z', timestamptz '2026-01-09Z', '1 day') as days (day)",
    'transforms/s.yml':
      'models: [{name: shop_names, columns: [{name: id, data_tests: [unique, {accepted_values: {arguments: {values: [1], quote: false}}}]}]}, {name: all_days, config: {event_time: day}}]\n',
    'snapshots/shop_history.yml':
      "snapshots: [{name: shop_history, relation: ref('shops'), config: {schema: public, unique_key: id, strategy: check, check_cols: all}}]\n",
    'macros/say.sql': "{% macro say(word) %}{{ print('said ' ~ word) }}{% endmacro %}",
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const run = (...args: string[]): Promise<Ended> =>
  thau([...args, '--project-dir', project.path], { DATABASE_URL: database.url });

interface Result {
  unique_id: string;
  status: string;
}
/** Statuses by name: of a model, seed, snapshot or test. */
function ran(): Record<string, string> {
  const artifact = readFileSync(join(project.path, 'target/run_results.json'), 'utf8');
  const { results } = JSON.parse(artifact) as { results: Result[] };
  return Object.fromEntries(results.map(({ unique_id, status }) => [unique_id.split('.')[2] ?? '', status]));
}

describe('a command does what its name says', () => {
  test('seed loads seeds, run builds models, snapshot takes snapshots, test tests, and none does more', async () => {
    expect((await run('seed')).code).toBe(0);
    expect(Object.keys(ran())).toEqual(['shops']);
    expect((await run('run', '--exclude', 'days')).code).toBe(0);
    expect(Object.keys(ran()).sort()).toEqual(['all_days', 'grown', 'shop_names']);
    expect((await run('snapshot')).code).toBe(0);
    expect(Object.keys(ran())).toEqual(['shop_history']);
    expect((await run('test')).code).toBe(1);
    expect(ran()).toMatchObject({
      unique_shop_names_id: 'pass',
      accepted_values_shop_names_id__False__1: 'fail',
    });
  });

  test('build does all four, and publishes nothing while a test fails', async () => {
    const built = await run('build');
    expect(built.code).toBe(1);
    expect(ran()).toMatchObject({
      unique_shop_names_id: 'pass',
      accepted_values_shop_names_id__False__1: 'fail',
    });
    expect(built.stderr).not.toContain('published generation');
  });

  test('parse, list, compile and show tell without building', async () => {
    expect((await run('parse')).code).toBe(0);
    expect((await run('list', '--select', '+shop_names', '--output', 'name')).stdout.split('\n')).toContain(
      'shops',
    );
    expect((await run('compile', '--select', 'shop_names')).stdout).toContain('-- shop_names');
    expect((await run('show', '--select', 'shop_names', '--limit', '1')).stdout).toContain('Huế');
  });

  test('run-operation runs a macro, debug looks at the connection, deps has nothing to fetch', async () => {
    // what a macro prints is all there is on standard output: dbt's fingers write it to a file
    expect((await run('--quiet', 'run-operation', 'say', '--args', '{word: chào}')).stdout).toBe(
      'said chào\n',
    );
    expect((await run('debug')).code).toBe(0);
    expect((await run('deps')).code).toBe(0);
  });
});

describe('a flag does what its name says', () => {
  test('--vars sets a variable, --exclude leaves nodes out, --threads says how many at a time', async () => {
    const built = await run(
      'run',
      '--select',
      'shop_names',
      'grown',
      '--exclude',
      'grown',
      '--vars',
      '{mark: "!"}',
      '--threads',
      '1',
    );
    expect(built.code).toBe(0);
    expect(built.stderr).toContain('1 at a time');
    expect(Object.keys(ran())).toEqual(['shop_names']);
    expect(await database.query('select name from shop_names order by id')).toEqual([
      { name: 'Huế!' },
      { name: 'Vinh!' },
    ]);
  });

  test('--full-refresh builds an incremental model anew', async () => {
    await run('run', '--select', 'grown', '--no-carry');
    expect(await database.query('select count(*)::int as n from grown')).not.toEqual([{ n: 1 }]);
    await run('run', '--select', 'grown', '--full-refresh');
    expect(await database.query('select count(*)::int as n from grown')).toEqual([{ n: 1 }]);
  });

  test('--carry leaves a selected node that is unchanged as it is', async () => {
    const rows = () => database.query('select count(*)::int as n from grown');
    await run('run', '--select', 'grown');
    const before = await rows();
    await run('run', '--select', 'grown', '--carry');
    expect(await rows()).toEqual(before);
    await run('run', '--select', 'grown');
    expect(await rows()).not.toEqual(before);
  });

  test('--event-time-start and --event-time-end bound the batches', async () => {
    const built = await run(
      'run',
      '--select',
      'days',
      '--event-time-start',
      '2026-01-03',
      '--event-time-end',
      '2026-01-05',
    );
    expect(built.code).toBe(0);
    expect(
      await database.query("select to_char(day at time zone 'UTC', 'DD') as day from days order by 1"),
    ).toEqual([{ day: '03' }, { day: '04' }]);
  });

  test('--fail-fast stops at the first failure, --store-failures keeps the rows that failed', async () => {
    await run('test', '--store-failures');
    const [kept] = await database.query(
      "select table_schema as schema from information_schema.tables where table_name like 'accepted_values_shop_names_id%'",
    );
    expect(kept?.['schema']).toContain('dbt_test__audit');
    project.write({
      'transforms/a_fault.sql': `{{ config(materialized='table') }} select 1 / 0 as id`,
      'transforms/z_after.sql': 'select 1 as id',
    });
    const stopped = await run(
      'build',
      '--select',
      'a_fault',
      'z_after',
      '--fail-fast',
      '--threads',
      '1',
      '--no-check',
    );
    expect(stopped.code).toBe(1);
    expect(ran()).toMatchObject({ a_fault: 'error', z_after: 'skipped' });
    project.write({ 'transforms/a_fault.sql': 'select 1 as id' });
  });

  test('clean removes the target folder', async () => {
    expect(existsSync(join(project.path, 'target'))).toBe(true);
    expect((await run('clean')).code).toBe(0);
    expect(existsSync(join(project.path, 'target'))).toBe(false);
  });
});
