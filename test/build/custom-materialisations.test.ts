import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

/** As packages write them: aside, swapped into place, hooks within and around. */
const swapped = `
{% materialization swapped, adapter='postgres' %}
    {%- set identifier = model['alias'] -%}
    {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
    {%- set target_relation = api.Relation.create(database=database, schema=schema, identifier=identifier, type='table') -%}
    {%- set intermediate = make_intermediate_relation(target_relation) -%}
    {%- set backup = make_backup_relation(target_relation, 'table') -%}
    {{ drop_relation_if_exists(load_cached_relation(intermediate)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {{ get_create_table_as_sql(False, intermediate, sql) }}
    {%- endcall %}
    {% do create_indexes(intermediate) %}
    {% if existing is not none %}
        {{ adapter.rename_relation(existing, backup) }}
    {% endif %}
    {{ adapter.rename_relation(intermediate, target_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=True)) %}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(backup) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
`;

/** Stands in the place of thau's own. */
const table = `
{% materialization table, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {% do drop_relation_if_exists(load_relation(this)) %}
    {% call statement('main') -%}
        create table {{ target_relation }} as (select *, 'ours' as made_by from ({{ sql }}) as s)
    {%- endcall %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
`;

/** Adds to what it finds; made anew by --full-refresh. */
const log = `
{% materialization log, default %}
    {%- set found = load_relation(this) -%}
    {% call statement('main') -%}
        {% if found is none %}create table {{ this }} as ({{ sql }}){% else %}insert into {{ this }} {{ sql }}{% endif %}
    {%- endcall %}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}
`;

/** Made elsewhere; what is returned is what is shown. */
const elsewhere = `
{% materialization elsewhere, default %}
    {%- set made = this.incorporate(path={'identifier': this.identifier ~ '_made'}, type='view') -%}
    {% call statement('main') -%}{{ create_view_as(made, sql) }}{%- endcall %}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}
`;

const nothing = `
{% materialization nothing, default %}
    {% call statement('main') %}select 1{% endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}
`;

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'macros/swapped.sql': swapped,
    'transforms/numbers.sql': `{{ config(
        materialized='swapped', indexes=[{'columns': ['id'], 'unique': true}],
        pre_hook='create table if not exists public.notes (note text)',
        post_hook=[
            "insert into public.notes select 'rows ' || count(*) from {{ this }}",
            {'sql': "insert into public.notes values ('after')", 'transaction': false}]) }}
      select 1 as id union all select 2`,
    'transforms/sums.sql': `select sum(id) as total from {{ ref('numbers') }}`,
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const build = (...more: string[]): ReturnType<typeof thau> =>
  thau(['build', '--project-dir', project.path, ...more], { DATABASE_URL: database.url });

const rowsOf = async (name: string): Promise<unknown[]> => {
  const [place] = await database.query(
    `select schema_name as schema from thau.stable_views where name = '${name}'`,
  );
  return database.query(`select * from "${String(place?.['schema'])}"."${name}" order by 1`);
};

describe('materializations written in Jinja', () => {
  test('what a custom materialization makes is published, and its hooks ran', async () => {
    const ended = await build();
    expect(ended.stdout + ended.stderr).toContain('published generation');
    expect(await rowsOf('numbers')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await rowsOf('sums')).toEqual([{ total: '3' }]);
    expect(await database.query('select * from public.notes')).toEqual([
      { note: 'rows 2' },
      { note: 'after' },
    ]);
    expect(
      await database.query(
        `select indexdef ~ 'UNIQUE INDEX' as unique from pg_indexes where schemaname ~ '__r1$' and tablename = 'numbers'`,
      ),
    ).toEqual([{ unique: true }]);
  });

  test('a custom materialization runs again over what is published', async () => {
    project.write({ 'transforms/numbers.sql': "{{ config(materialized='swapped') }} select 7 as id" });
    const ended = await build();
    expect(ended.stdout + ended.stderr).toContain('published generation 2');
    expect(await rowsOf('numbers')).toEqual([{ id: 7 }]);
  });

  test('a changed materialization builds the models that use it anew', async () => {
    project.write({ 'macros/swapped.sql': swapped.replace(', sql)', ', "select 8 as id")') });
    const ended = await build();
    expect(ended.stdout + ended.stderr).toContain('published generation 3');
    expect(await rowsOf('numbers')).toEqual([{ id: 8 }]);
  });

  test('the project may say itself how a table is made', async () => {
    project.write({
      'macros/table.sql': table,
      'transforms/sums.sql':
        "{{ config(materialized='table') }} select max(id) as top from {{ ref('numbers') }}",
    });
    const ended = await build();
    expect(ended.stdout + ended.stderr).toContain('published generation 4');
    expect(await rowsOf('sums')).toEqual([{ top: 8, made_by: 'ours' }]);
  });

  test('a custom materialization finds what it made before, and adds to it', async () => {
    project.write({
      'macros/log.sql': log,
      'transforms/entries.sql': "{{ config(materialized='log') }} select 1 as id",
    });
    const first = await build();
    expect(first.stdout + first.stderr).toContain('published generation');
    project.write({ 'transforms/entries.sql': "{{ config(materialized='log') }} select 2 as id" });
    const second = await build();
    expect(second.stdout + second.stderr).toContain('published generation');
    expect(await rowsOf('entries')).toEqual([{ id: 1 }, { id: 2 }]);
    const ended = await build('--full-refresh');
    expect(ended.stdout + ended.stderr).toContain('published generation');
    expect(await rowsOf('entries')).toEqual([{ id: 2 }]);
  });

  test('the relation that a custom materialization returns is shown, under whatever name it was made', async () => {
    project.write({
      'macros/elsewhere.sql': elsewhere,
      'transforms/seen.sql':
        "{{ config(materialized='elsewhere') }} select id + 1 as id from {{ ref('numbers') }}",
    });
    const first = await build();
    expect(first.stdout + first.stderr).toContain('published generation');
    expect(await rowsOf('seen')).toEqual([{ id: 9 }]);
  });

  test("a package's own table does not replace everybody's, its new materializations are found", async () => {
    project.write({
      'packages.yml': 'packages:\n  - local: helper\n',
      'helper/dbt_project.yml': 'name: helper\nmacro-paths: [macros]\n',
      'helper/macros/all.sql':
        table.replace("'ours'", "'theirs'") + elsewhere.replaceAll('elsewhere', 'helped'),
      'macros/table.sql': '',
      'transforms/sums.sql':
        "{{ config(materialized='table') }} select max(id) as top from {{ ref('numbers') }}",
      'transforms/seen.sql': "{{ config(materialized='helped') }} select 5 as id",
    });
    await thau(['deps', '--project-dir', project.path], { DATABASE_URL: database.url });
    const ended = await build();
    expect(ended.stdout + ended.stderr).toContain('published generation');
    expect(await rowsOf('sums')).toEqual([{ top: 8 }]);
    expect(await rowsOf('seen')).toEqual([{ id: 5 }]);
  });

  test('a materialization that answers no relation is an error with its file, and nothing is published', async () => {
    project.write({
      'macros/nothing.sql': nothing,
      'transforms/sums.sql': "{{ config(materialized='nothing') }} select 1 as id",
    });
    const ended = await build();
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).toContain('The materialization "nothing" answered no relation');
    expect(ended.stdout + ended.stderr).toContain('transforms/sums.sql');
    expect(await rowsOf('sums')).toEqual([{ top: 8 }]);
  });

  test('a strategy of the project, and its own of the macros that tables are made by, are taken', async () => {
    const own = projectFolder({
      'macros/own.sql': `
        {% macro postgres__create_table_as(temporary, relation, sql) %}
          {% if temporary %}create temporary table {{ relation.identifier }} as ({{ sql }})
          {% else %}create table {{ relation }} with (fillfactor = 70) as ({{ sql }}){% endif %}
        {% endmacro %}
        {% macro get_incremental_newest_first_sql(arg_dict) %}
          {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
          update {{ arg_dict['target_relation'] }} set seen = seen || '+';
          insert into {{ arg_dict['target_relation'] }} ({{ columns }})
          select {{ columns }} from {{ arg_dict['temp_relation'] }} where {{ arg_dict['unique_key'] }} > 1
        {% endmacro %}`,
      'transforms/kept.sql': `{{ config(materialized='table', post_hook="insert into public.hooks select count(*) from {{ this }}") }} select 1 as id`,
      'transforms/grown.sql': `{{ config(materialized='incremental', incremental_strategy='newest_first', unique_key='id', on_schema_change='append_new_columns') }}
        select generate_series(1, 2) as id, 'x'::text as seen{% if is_incremental() %}, true as late{% endif %}`,
      'transforms/merged.sql': `{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}
        select id, {{ 'true' if is_incremental() else 'false' }} as again from generate_series(1, 2) as id`,
    });
    await database.query('create table public.hooks (n int)');
    try {
      const go = (): ReturnType<typeof thau> =>
        thau(['build', '--project-dir', own.path, '--no-carry'], { DATABASE_URL: database.url });
      const first = await go();
      expect(first.code, first.stderr).toBe(0);
      const second = await go();
      expect(second.code, second.stderr).toBe(0);
      expect(await rowsOf('grown')).toEqual([
        { id: 1, seen: 'x+', late: null },
        { id: 2, seen: 'x+', late: null },
        { id: 2, seen: 'x', late: true },
      ]);
      expect(await rowsOf('merged')).toEqual([
        { id: 1, again: true },
        { id: 2, again: true },
      ]);
      const filled = await database.query(
        `select relname from pg_class where 'fillfactor=70' = any(reloptions) and relname in ('kept', 'grown') order by 1`,
      );
      expect(filled.map((row) => row['relname'])).toContain('kept');
      expect(await database.query('select n from public.hooks')).toEqual([{ n: 1 }, { n: 1 }]);
    } finally {
      own.remove();
    }
  });

  test('the project may say itself how a test is run, and its hooks find the results as objects', async () => {
    const own = projectFolder({
      'dbt_project.yml':
        'name: shop\nprofile: shop\nmodel-paths: [transforms]\non-run-end: "{{ note(results) }}"\n',
      'macros/note.sql': `{% macro note(results) %}
        {% if execute %}
          {% for result in results if result.node.to_dict().name == 'two' %}
            create table if not exists public.told as select '{{ result.to_dict()["status"] }} {{ result.failures }} {{ result.timing[0].to_dict().name }} {{ "select" in result.node.compiled_code }}' as what
          {% endfor %}
        {% endif %}
      {% endmacro %}`,
      'macros/test.sql': `{% materialization test, default %}
        {% do run_query('create table if not exists public.ran as select 1 as n') %}
        {% call statement('main', fetch_result=true) %}
          select count(*) + 40 as failures, true as should_warn, count(*) > 1 as should_error from ({{ sql }}) as s
        {% endcall %}
        {{ return({'relations': []}) }}
      {% endmaterialization %}`,
      'transforms/one.sql': 'select 1 as id',
      'tests/two.sql': "select * from {{ ref('one') }} union all select 2",
      'tests/alone.sql': "select * from {{ ref('one') }}",
    });
    const other = projectFolder({
      'macros/test.sql': `{% macro postgres__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
        select {{ fail_calc }} + 6 as failures, false as should_warn, true as should_error from ({{ main_sql }}) as s
      {% endmacro %}`,
      'transforms/one.sql': 'select 1 as id',
      'tests/two.sql': "select * from {{ ref('one') }}",
    });
    try {
      const env = { DATABASE_URL: database.url };
      // one at a time: two tests that make the same table at once would both find that it is not there
      const ran = await thau(['build', '--threads', '1', '--project-dir', own.path], env);
      expect(ran.stderr).toContain('two: 42 rows');
      expect(ran.stderr).toMatch(/WARN +test +alone +41 /);
      expect(await database.query('select n from public.ran')).toEqual([{ n: 1 }]);
      expect(await database.query('select what from public.told')).toEqual([
        { what: 'fail 42 execute True' },
      ]);
      expect((await thau(['build', '--project-dir', other.path], env)).stderr).toContain('two: 7 rows');
    } finally {
      own.remove();
      other.remove();
    }
  });
});
