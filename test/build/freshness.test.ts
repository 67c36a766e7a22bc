import { existsSync, mkdirSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type Ended, type ProjectFolder } from './support/child-thau.js';

const sources = `
sources:
  - name: crm
    schema: raw_crm
    config: {loaded_at_field: at, freshness: {warn_after: {count: 1, period: day}, error_after: {count: 3, period: day}}}
    tables:
      - {name: young}
      - {name: middling}
      - {name: old}
      - {name: empty}
      - {name: filtered, identifier: young, config: {freshness: {filter: "id > {{ 1 + 1 }}"}}}
      - {name: unchecked, config: {freshness: null}}
      - {name: gone}
  - name: other
    schema: raw_crm
    tables:
      - {name: by_query, identifier: old, config: {loaded_at_query: "select now() - interval '2 days' from {{ this }} limit 1", freshness: {warn_after: {count: 12, period: hour}}}}
      - {name: by_nothing, identifier: old, freshness: {warn_after: {count: 12, period: hour}}}
`;

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`
    create schema raw_crm;
    create table raw_crm.young as select 1 as id, now() as at union all select 3, now() - interval '2 days';
    create table raw_crm.middling as select (now() at time zone 'utc') - interval '2 days' as at;
    create table raw_crm.old as select (now() - interval '9 days')::date as at;
    create table raw_crm.empty (at timestamptz);
    create table raw_crm.unchecked (at timestamptz)`);
  project = projectFolder({
    'transforms/sources.yml': sources,
    'transforms/a.sql': "select * from {{ source('crm', 'young') }}",
    'transforms/b.sql': "select * from {{ source('crm', 'old') }}",
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const run = (...args: string[]): Promise<Ended> =>
  thau([...args, '--project-dir', project.path], { DATABASE_URL: database.url });

interface Entry {
  readonly unique_id: string;
  readonly status: string;
  readonly error?: string;
  readonly max_loaded_at?: string;
  readonly criteria?: Record<string, unknown>;
}

const written = (file = 'target/sources.json'): { metadata: Record<string, unknown>; results: Entry[] } =>
  JSON.parse(readFileSync(join(project.path, file), 'utf8')) as ReturnType<typeof written>;

describe('thau source freshness', () => {
  test('tells how old the newest rows are, by field, filter and query, in sources.json of v3', async () => {
    const checked = await run('source', 'freshness');
    expect(checked.code).toBe(1);
    const { metadata, results } = written();
    expect(metadata['dbt_schema_version']).toBe('https://schemas.getdbt.com/dbt/sources/v3.json');
    const by = Object.fromEntries(results.map((one) => [one.unique_id.replace('source.shop.', ''), one]));
    expect(Object.fromEntries(Object.entries(by).map(([id, { status }]) => [id, status]))).toEqual({
      'crm.empty': 'error',
      'crm.filtered': 'warn',
      'crm.gone': 'runtime error',
      'crm.middling': 'warn',
      'crm.old': 'error',
      'crm.young': 'pass',
      'other.by_nothing': 'runtime error',
      'other.by_query': 'warn',
    });
    expect(by['crm.empty']?.max_loaded_at).toBe('0001-01-01T00:00:00.000Z');
    expect(by['crm.filtered']?.criteria).toEqual({
      warn_after: { count: 1, period: 'day' },
      error_after: { count: 3, period: 'day' },
      filter: 'id > {{ 1 + 1 }}',
    });
    expect(by['other.by_nothing']?.error).toContain('neither loaded_at_field nor loaded_at_query');
    expect(by['crm.gone']?.error).toContain('does not exist');
    for (const key of [
      'snapshotted_at',
      'max_loaded_at_time_ago_in_s',
      'adapter_response',
      'timing',
      'thread_id',
      'execution_time',
    ])
      expect(by['crm.young']).toHaveProperty(key);
  });

  test('takes a selection and a file, and a warning is no failure unless asked', async () => {
    const one = [
      'source',
      'freshness',
      '--select',
      'source:crm.middling',
      '-o',
      join(project.path, 'elsewhere.json'),
    ];
    expect((await run(...one)).code).toBe(0);
    expect(written('elsewhere.json').results.map((entry) => entry.unique_id)).toEqual([
      'source.shop.crm.middling',
    ]);
    expect((await run(...one, '--warn-error')).code).toBe(1);
  });

  test('source_status:fresher selects what came since an earlier check', async () => {
    const before = join(project.path, 'before');
    mkdirSync(before);
    await run('source', 'freshness');
    copyFileSync(join(project.path, 'target/sources.json'), join(before, 'sources.json'));
    await database.query('insert into raw_crm.young values (9, clock_timestamp())');
    await run('source', 'freshness');
    const listed = await run(
      'list',
      '--select',
      'source_status:fresher+',
      '--state',
      before,
      '--resource-type',
      'model',
    );
    expect(listed.stdout.trim()).toBe('shop.a');
    expect(existsSync(before)).toBe(true);
    const without = await run('list', '--select', 'source_status:fresher+');
    expect(without.stderr).toContain('--state <folder>');
  });

  test('a limit that is no length of time is refused with what to write', async () => {
    project.write({
      'transforms/bad.yml':
        'sources: [{name: bad, tables: [{name: t, config: {freshness: {warn_after: {count: 1, period: week}}}}]}]\n',
    });
    const refused = await run('source', 'freshness');
    project.write({ 'transforms/bad.yml': '' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('a period is minute, hour or day');
  });
});
