import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { ChildThau, projectFolder, thau, type Ended, type ProjectFolder } from './support/child-thau.js';

const files = {
  'transforms/customers.sql': `{{ config(materialized='table') }}\nselect 1 as id, 'An' as name`,
  'seeds/stages.csv': 'stage,place\nawareness,1\n',
};

/** After a first build; each test goes on with a copy. */
let built: TestDatabase;
beforeAll(async () => {
  built = await createTestDatabase();
  const folder = projectFolder(files);
  const ended = await thau(['build', '--project-dir', folder.path], { DATABASE_URL: built.url });
  folder.remove();
  expect(ended).toMatchObject({ code: 0 });
});
afterAll(() => built.drop());

let place: TestDatabase;
let project: ProjectFolder;
beforeEach(async () => {
  place = await createTestDatabase(built);
  project = projectFolder(files);
  return async () => {
    project.remove();
    await place.drop();
  };
});

const build = (...args: string[]): Promise<Ended> =>
  thau(['build', '--no-carry', '--project-dir', project.path, ...args], { DATABASE_URL: place.url });

/** The run fails with code and place, without a stack trace, and leaves what was published. */
async function expectRefused(files: Record<string, string>, ...says: (string | RegExp)[]): Promise<void> {
  project.write(files);
  const ended = await build();
  expect(ended.code).not.toBe(0);
  for (const text of says) expect(ended.stderr).toMatch(text);
  expect(ended.stderr).toContain('hint: ');
  expect(ended.stderr).not.toMatch(/\.js:\d+/);
  expect(await place.query('select * from public.customers')).toEqual([{ id: 1, name: 'An' }]);
  expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
}

describe('a build refuses, and leaves what was published:', () => {
  test('broken SQL, at its file and line', () =>
    expectRefused(
      {
        'transforms/customers.sql': `{{ config(materialized='table') }}\nselect 1 as id,\n    nam as name\n`,
      },
      /POSTGRES_UNDEFINED/,
      'transforms/customers.sql:3:5',
    ));
  test('broken Jinja', () =>
    expectRefused(
      { 'transforms/customers.sql': 'select {{ 1 + }} as id' },
      /JINJA_/,
      'transforms/customers.sql:1',
    ));
  test('an unknown ref, with the nearest name', () =>
    expectRefused(
      { 'transforms/b.sql': `select * from {{ ref('custmers') }}` },
      /PROJECT_/,
      'customers',
      'transforms/b.sql',
    ));
  test('a cycle, with its path', () =>
    expectRefused(
      {
        'transforms/a.sql': `select * from {{ ref('b') }}`,
        'transforms/b.sql': `select * from {{ ref('a') }}`,
      },
      /PROJECT_/,
      /a.*b.*a|b.*a.*b/,
    ));
  test('two models of one name', () =>
    expectRefused({ 'transforms/x/customers.sql': 'select 1 as id' }, /PROJECT_/, 'customers'));
  test('a malformed CSV row, at its file, line and column', () =>
    expectRefused(
      { 'seeds/stages.csv': 'stage,place\nawareness,1\nuse,2,3\n' },
      /BUILD_SEED_ROW/,
      'seeds/stages.csv:3:7',
    ));
  test('a bad YAML key', () =>
    expectRefused({ 'transforms/p.yml': 'models:\n  - nam: customers\n' }, /PROJECT_/, 'transforms/p.yml:2'));
  test('a source that is not there', () =>
    expectRefused(
      {
        'transforms/s.yml': 'sources: [{name: raw, tables: [{name: orders}]}]',
        'transforms/o.sql': `select * from {{ source('raw', 'orders') }}`,
      },
      /POSTGRES_UNDEFINED/,
      'raw.orders',
      'transforms/o.sql',
    ));
  test('a GraphQL field that no column backs, at its file and line', () =>
    expectRefused(
      {
        'schema/shop.graphql':
          'type Query {\n  customers: [Customer!]! @many(model: "customers")\n}\n' +
          'type Customer @relation(model: "customers", key: ["id"]) {\n  id: ID!\n  shoeSize: Int\n}\n',
      },
      /SCHEMA_/,
      /schema\/shop\.graphql:\d+/,
    ));
});

describe('a build says what is wrong when', () => {
  test('the selection matches nothing, and ends with 2', async () => {
    const ended = await build('--select', 'custmers');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('Did you mean "customers"?');
  });

  test('the database is down', async () => {
    const env = { DATABASE_URL: 'postgres://postgres@127.0.0.1:1/postgres' };
    const ended = await thau(['build', '--project-dir', project.path], env);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('POSTGRES_CONNECTION_REFUSED');
  });

  test('the database goes away in the middle', async () => {
    project.write({
      'transforms/slow.sql': `{{ config(materialized='table') }} select pg_sleep(120)::text as x`,
    });
    const child = new ChildThau(['build', '--project-dir', project.path, '--select', 'slow'], {
      DATABASE_URL: place.url,
    });
    for (;;) {
      const rows = await place.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()
           and exists (select from pg_stat_activity where datname = current_database() and query like '%pg_sleep(120)%' and application_name like 'thau run%'
                       and state = 'active')`,
      );
      if (rows.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ended = await child.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/POSTGRES_(CONNECTION_LOST|RUN_LOCK_LOST)/);
    expect(ended.stderr).not.toMatch(/\.js:\d+/);
    expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
  });

  test('--vars is no mapping, or --threads no number', async () => {
    expect(await build('--vars', '[1')).toMatchObject({ code: 2 });
    expect(await build('--threads', 'many')).toMatchObject({ code: 2 });
  });
});
