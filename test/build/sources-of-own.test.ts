import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'seeds/countries.csv': 'id,name\n1,Vietnam\n',
    'transforms/sources.yml': `sources:
  - name: raw
    schema: "{{ target.schema }}"
    tables:
      - name: countries
      - name: totals
`,
    // sorts before the seed, and depends on it by its source alone
    'transforms/a_names.sql': `{{ config(materialized='table') }} select name from {{ source('raw', 'countries') }}`,
    'transforms/totals.sql': `{{ config(materialized='table') }} select count(*)::int as n from {{ ref('countries') }}`,
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const build = async (...more: string[]): Promise<string> => {
  const ended = await thau(['build', '--project-dir', project.path, ...more], { DATABASE_URL: database.url });
  return ended.stdout + ended.stderr;
};

const rowsOf = async (name: string): Promise<unknown[]> => {
  const [place] = await database.query(
    `select schema_name as schema from thau.stable_views where name = '${name}'`,
  );
  return database.query(`select * from "${String(place?.['schema'])}"."${name}" order by 1`);
};

describe('a source that names what the project builds', () => {
  test('is the seed that this run loaded, which is waited for', async () => {
    expect(await build()).toContain('published generation 1');
    expect(await rowsOf('a_names')).toEqual([{ name: 'Vietnam' }]);
    project.write({ 'seeds/countries.csv': 'id,name\n1,Vietnam\n2,Laos\n' });
    expect(await build()).toContain('published generation 2');
    expect(await rowsOf('a_names')).toEqual([{ name: 'Laos' }, { name: 'Vietnam' }]);
  });

  test("is a model's published relation where this run does not build it", async () => {
    project.write({ 'transforms/b_read.sql': "select n + 1 as n from {{ source('raw', 'totals') }}" });
    expect(await build('--select', 'b_read')).toContain('published generation 3');
    expect(await rowsOf('b_read')).toEqual([{ n: 3 }]);
  });

  test('stays when its seed is switched off again, and is built over', async () => {
    project.write({
      'seeds/seeds.yml': `seeds:
  - {name: countries, config: {enabled: "{{ var('own_seeds', true) }}"}}
  - {name: unread, config: {enabled: "{{ var('own_seeds', true) }}"}}
`,
      'seeds/unread.csv': 'id\n1\n',
      'transforms/totals.sql': `{{ config(materialized='table') }} select count(*)::int as n from {{ source('raw', 'countries') }}`,
    });
    expect(await build('--vars', '{own_seeds: true}')).toContain('published generation 4');
    const mapped = () =>
      database.query(`select node_id from thau.mapping join thau.pointer using (generation)
                      where node_id like 'seed.%' order by 1`);
    expect(await mapped()).toHaveLength(2);
    project.write({ 'transforms/d_read.sql': "select name from {{ source('raw', 'countries') }}" });
    expect(await build('--vars', '{own_seeds: false}')).toContain('published generation 5');
    expect(await rowsOf('d_read')).toEqual([{ name: 'Laos' }, { name: 'Vietnam' }]);
    expect(await rowsOf('countries')).toHaveLength(2);
    // the other seed, which nothing names, is gone with its file's switch
    expect(await mapped()).toEqual([{ node_id: 'seed.shop.countries' }]);
  });

  test('that was never built says so', async () => {
    project.write({
      'seeds/cities.csv': 'id\n1\n',
      'transforms/sources.yml': `sources:
  - name: raw
    schema: "{{ target.schema }}"
    tables: [{name: countries}, {name: totals}, {name: cities}]
`,
      'transforms/c_read.sql': "select * from {{ source('raw', 'cities') }}",
    });
    expect(await build('--select', 'c_read')).toContain(
      'BUILD_MISSING_RELATION: cities has not been built yet',
    );
  });
});
