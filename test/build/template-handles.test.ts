import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

/** A package's way: search the information schema, make relations of what is found, read them. */
const tablesLike = `
{% macro tables_like(schema_pattern, table_pattern) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- call statement('tables', fetch_result=true) -%}
        select distinct table_schema, table_name -- not 'information_schema.tables'
        from {{ target.database }}.information_schema.tables
        where table_schema ilike '{{ schema_pattern }}' and table_name ilike '{{ table_pattern }}'
        order by 2
    {%- endcall -%}
    {%- set found = [] -%}
    {%- for row in load_result('tables').table.rows -%}
        {%- do found.append(api.Relation.create(database=target.database, schema=row.table_schema, identifier=row.table_name)) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{% macro width(relation) %}
    {%- if not execute -%}{{ return(0) }}{%- endif -%}
    {%- set answer = run_query("select count(*) from information_schema.columns where table_schema = '" ~ target.schema ~ "' and table_name = '" ~ relation ~ "'") -%}
    {{ return(answer.rows[0][0]) }}
{% endmacro %}
`;

const allEvents = `{{ config(materialized='table') }}
-- depends_on: {{ ref('events_a') }}, {{ ref('events_b') }}
{% for relation in tables_like(target.schema ~ '%', 'events\\_%') %}
select '{{ relation.identifier }}' as name, id, {{ width(relation.identifier) }} as columns from {{ relation }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
`;

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'macros/tables.sql': tablesLike,
    'seeds/events_a.csv': 'id\n1\n',
    'seeds/events_b.csv': 'id,kind\n2,x\n',
    'seeds/gone.csv': 'id\n3\n',
    'seeds/seeds.yml':
      'seeds:\n  - name: gone\n    config:\n      post_hook: "{% do adapter.drop_relation(this) %}"\n',
    'transforms/all_events.sql': allEvents,
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const build = async (): Promise<string> => {
  const ended = await thau(['build', '--project-dir', project.path], { DATABASE_URL: database.url });
  expect(ended.stderr + ended.stdout).toContain('published generation');
  return ended.stdout;
};

const events = async (): Promise<unknown[][]> => {
  const [place] = await database.query(
    "select table_schema as schema from information_schema.tables where table_name = 'all_events' and table_schema !~ '__r[0-9]+$'",
  );
  const rows = await database.query(`select * from "${String(place?.['schema'])}".all_events order by id`);
  return rows.map((row) => Object.values(row));
};

describe('what templates see of the database', () => {
  test('relations found in the information schema are those this run built', async () => {
    await build();
    expect(await events()).toEqual([
      ['events_a', 1, 1],
      ['events_b', 2, 2],
    ]);
  });

  test('later runs see each name once, and its newest relation', async () => {
    project.write({ 'seeds/events_a.csv': 'id\n7\n' });
    await build();
    expect(await events()).toEqual([
      ['events_b', 2, 2],
      ['events_a', 7, 1],
    ]);
  });

  test('a relation that its own hook drops is published as nothing', async () => {
    expect(await database.query("select from pg_class where relname = 'gone'")).toEqual([]);
  });

  test('run-operation calls a macro with its arguments, over what is published', async () => {
    project.write({
      'macros/largest.sql': `{% macro largest(column, least=0) %}
        {%- set answer = run_query('select max(' ~ column ~ ') from ' ~ ref('all_events')) -%}
        {{ return({'largest': [answer.rows[0][0], least] | max}) }}
      {% endmacro %}`,
    });
    const call = (...more: string[]): ReturnType<typeof thau> =>
      thau(['run-operation', '--project-dir', project.path, ...more], { DATABASE_URL: database.url });
    expect(await call('largest', '--args', '{column: id}')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('{"largest":7}') as string,
    });
    expect((await call('largest', '--args', '{column: id, least: 9}')).stdout).toContain('{"largest":9}');
    expect((await call('larges')).stderr).toContain('PROJECT_UNKNOWN_MACRO');
  });
});
