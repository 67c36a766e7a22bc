import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type Ended, type ProjectFolder } from './support/child-thau.js';

const people = `
select id, upper(name) as name, {{ var('bonus', 1) }} * points as points, '{{ env_var("REGION", "none") }}' as region
from {{ ref('stg_people') }}
{% if is_incremental() %} where id > (select coalesce(max(id), 0) from {{ this }}) {% endif %}
`;

const unitTests = `
unit_tests:
  - name: by_dict
    model: people
    given:
      - input: ref('stg_people')
        rows:
          - {id: 1, name: ann}
          - {id: 2, name: bo, points: 3}
    overrides:
      macros: {is_incremental: false}
      vars: {bonus: 2}
      env_vars: {REGION: south}
    expect:
      rows:
        - {id: 2, name: BO, points: 6, region: south}
        - {id: 1, name: ANN, points: null, region: south}
  - name: adds_what_is_new
    model: people
    config: {tags: [fast], meta: {owner: us}}
    given:
      - {input: ref('stg_people'), format: csv, rows: "id,name,points\\n1,ann,5\\n2,bo,\\n"}
      - {input: this, rows: [{id: 1}]}
    overrides: {macros: {dbt.is_incremental: true}}
    expect: {format: csv, rows: "id,points\\n2,\\n"}
  - name: from_files
    model: people
    given: [{input: ref('stg_people'), format: csv, fixture: some_people}]
    overrides: {macros: {is_incremental: false}}
    expect: {format: sql, fixture: expected_people}
  - name: reads_a_source
    model: stg_people
    given: [{input: "source('crm', 'people')", rows: [{id: 7, name: "it's", born: '2001-02-03', tags: [a, 'b,"c']}]}]
    expect: {rows: [{id: 7, name: "it's", points: 2, born: '2001-02-03', tags: [a, 'b,"c']}]}
  - name: through_an_ephemeral_model
    model: totals
    given:
      - {input: ref('doubled'), rows: [{points: 4}, {points: 6}]}
    expect: {rows: [{total: 10.00}]}
  - name: a_seed_stands_in_for_itself
    model: rated
    given: [{input: ref('ratings')}]
    expect: {rows: [{best: 9}]}
  - name: of_some_versions
    model: versioned
    versions: {exclude: [1]}
    given: [{input: ref('ratings'), rows: []}]
    expect: {rows: []}
`;

const files = {
  'dbt_project.yml':
    'name: shop\nprofile: shop\nmodel-paths: [transforms]\nunit_tests:\n  shop: {+meta: {from: project}}\n',
  'transforms/stg_people.sql': "select id, name, 2 as points, born, tags from {{ source('crm', 'people') }}",
  'transforms/people.sql': `{{ config(materialized='incremental', unique_key='id') }}${people}`,
  'transforms/doubled.sql':
    "{{ config(materialized='ephemeral') }} select points * 2.0 as points from {{ ref('people') }}",
  'transforms/totals.sql': "select sum(points) as total from {{ ref('doubled') }}",
  'transforms/rated.sql': "select max(stars) as best from {{ ref('ratings') }}",
  'transforms/versioned_v1.sql': "select stars from {{ ref('ratings') }}",
  'transforms/versioned_v2.sql': "select stars as rating from {{ ref('ratings') }}",
  'transforms/versioned.yml': 'models: [{name: versioned, versions: [{v: 1}, {v: 2}]}]\n',
  'transforms/sources.yml': 'sources: [{name: crm, schema: raw_crm, tables: [{name: people}]}]\n',
  'transforms/unit.yml': unitTests,
  'seeds/ratings.csv': 'stars\n4\n9\n',
  'tests/fixtures/some_people.csv': 'id,name\n3,cy\n',
  'tests/fixtures/expected_people.sql':
    "select 3 as id, 'CY' as name, null::integer as points, 'none' as region",
};

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    "create schema raw_crm; create table raw_crm.people (id integer, name varchar(4), born date, tags text[]); insert into raw_crm.people values (1, 'ann')",
  );
  project = projectFolder(files);
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const run = (...args: string[]): Promise<Ended> =>
  thau([...args, '--project-dir', project.path], { DATABASE_URL: database.url });

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly message: string | null;
  readonly failures: number;
}

const results = (): Readonly<Record<string, Result>> => {
  const read = JSON.parse(readFileSync(join(project.path, 'target/run_results.json'), 'utf8')) as {
    results: Result[];
  };
  return Object.fromEntries(read.results.map((one) => [one.unique_id, one]));
};

describe('unit tests', () => {
  test('run before their model in a build, over rows from YAML, CSV, SQL and files, with overrides', async () => {
    const built = await run('build');
    expect(built.stdout + built.stderr).toContain('published generation');
    const passed = Object.values(results()).filter((one) => one.unique_id.startsWith('unit_test.'));
    expect(passed.map((one) => [one.unique_id, one.status]).sort()).toEqual(
      [
        'people.adds_what_is_new',
        'people.by_dict',
        'people.from_files',
        'rated.a_seed_stands_in_for_itself',
        'stg_people.reads_a_source',
        'totals.through_an_ephemeral_model',
        'versioned.of_some_versions_v2',
      ].map((id) => [`unit_test.shop.${id}`, 'pass']),
    );
    const order = Object.keys(results());
    expect(order.indexOf('unit_test.shop.people.by_dict')).toBeLessThan(order.indexOf('model.shop.people'));
  });

  test('that passed are not run again while model and rows are the same', async () => {
    const again = await run('build');
    expect(again.code).toBe(0);
    expect(again.stdout + again.stderr).toContain('carried forward');
    expect(again.stdout + again.stderr).not.toContain('by_dict');
  });

  test('are selected by name, by type and by config, and run by thau test', async () => {
    const listed = async (...words: string[]): Promise<string[]> =>
      (await run('list', '--select', ...words)).stdout.trim().split('\n');
    expect(await listed('unit_test:by_dict')).toEqual(['unit_test:shop.by_dict']);
    expect(await listed('test_type:unit,tag:fast')).toEqual(['unit_test:shop.adds_what_is_new']);
    expect(await listed('test_name:from_*,resource_type:unit_test')).toEqual(['unit_test:shop.from_files']);
    const tested = await run('test', '--select', 'people,test_type:unit');
    expect(tested.code).toBe(0);
    expect(Object.keys(results()).sort()).toEqual([
      'unit_test.shop.people.adds_what_is_new',
      'unit_test.shop.people.by_dict',
      'unit_test.shop.people.from_files',
    ]);
  });

  test('stand in the manifest as dbt writes them', () => {
    const manifest = JSON.parse(readFileSync(join(project.path, 'target/manifest.json'), 'utf8')) as {
      unit_tests: Record<string, Record<string, unknown>>;
    };
    expect(manifest.unit_tests['unit_test.shop.people.adds_what_is_new']).toMatchObject({
      resource_type: 'unit_test',
      model: 'people',
      depends_on: { macros: [], nodes: ['model.shop.people'] },
      fqn: ['shop', 'people', 'adds_what_is_new'],
      given: [
        {
          input: "ref('stg_people')",
          format: 'csv',
          rows: [
            { id: '1', points: '5' },
            { id: '2', points: null },
          ],
        },
        { input: 'this', format: 'dict' },
      ],
      overrides: { macros: { 'dbt.is_incremental': true }, vars: {}, env_vars: {} },
      config: { tags: ['fast'], meta: { owner: 'us', from: 'project' }, enabled: true },
    });
  });

  test('that fail show what differs, and skip their model', async () => {
    project.write({ 'transforms/rated.sql': "select min(stars) as best from {{ ref('ratings') }}" });
    const failed = await run('build');
    expect(failed.code).toBe(1);
    expect(failed.stdout + failed.stderr).toContain(
      'FAIL unit test a_seed_stands_in_for_itself: actual differs from expected:',
    );
    expect(failed.stdout + failed.stderr).toMatch(/@@ \| best\n\s+→ {2}\| 9→4/);
    expect(results()['model.shop.rated']?.status).toBe('skipped');
    expect(results()['unit_test.shop.rated.a_seed_stands_in_for_itself']).toMatchObject({
      status: 'fail',
      failures: 1,
    });
    project.write({ 'transforms/rated.sql': files['transforms/rated.sql'] });
  });

  const broken = async (yaml: string): Promise<string> => {
    project.write({ 'transforms/more.yml': `unit_tests:\n${yaml}` });
    const ended = await run('test', '--select', 'test_type:unit');
    project.write({ 'transforms/more.yml': '' });
    expect(ended.code).toBe(1);
    return ended.stdout + ended.stderr;
  };

  test('name the column that is none, the input that is missing, and the model that is unknown', async () => {
    const given = "given: [{input: ref('ratings'), rows: [{stars: 1}]}]";
    expect(
      await broken(
        `  - {name: a, model: rated, given: [{input: ref('ratings'), rows: [{starz: 1}]}], expect: {rows: []}}`,
      ),
    ).toMatch(/no column "starz" in the input ref\('ratings'\)[\s\S]*It has stars/);
    expect(await broken(`  - {name: a, model: rated, ${given}, expect: {rows: [{worst: 1}]}}`)).toMatch(
      /no column "worst" in expect[\s\S]*It has best/,
    );
    expect(await broken('  - {name: a, model: rated, given: [], expect: {rows: []}}')).toMatch(
      /gives no rows for ref\('ratings'\)/,
    );
    expect(await broken(`  - {name: a, model: ratd, ${given}, expect: {rows: []}}`)).toContain(
      'Did you mean "rated"?',
    );
  });

  test('are refused where is_incremental has no answer, a fixture is missing or a version is none', async () => {
    const given = "given: [{input: ref('stg_people'), rows: []}]";
    expect(await broken(`  - {name: a, model: people, ${given}, expect: {rows: []}}`)).toContain(
      'is_incremental has no answer',
    );
    expect(
      await broken(
        `  - {name: a, model: people, ${given}, overrides: {macros: {is_incremental: true}}, expect: {rows: []}}`,
      ),
    ).toContain('the input "this" is missing');
    expect(
      await broken(
        `  - {name: a, model: rated, given: [{input: ref('ratings'), format: csv, fixture: some_peple}], expect: {rows: []}}`,
      ),
    ).toContain('Did you mean "some_people"?');
    expect(
      await broken(`  - {name: a, model: rated, versions: {include: [1]}, given: [], expect: {rows: []}}`),
    ).toContain('has none');
  });
});
