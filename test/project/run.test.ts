import { describe, expect, test } from 'vitest';
import { injectCtes } from '../../src/project/context/inject-ctes.js';
import type { RunContext } from '../../src/project/context/render-run.js';
import { ProjectRenderer } from '../../src/project/renderer.js';
import { parseFiles, type Files } from './support/project-folder.js';
import { asked, context } from './support/quiet-run.js';

async function compile(files: Files, id = 'model.shop.a', over: Partial<RunContext> = {}): Promise<string> {
  const project = parseFiles(files);
  const node = project.manifest.nodes[id]!;
  return (await new ProjectRenderer(project).compile(node, context(over))).compiledCode;
}

const model = (text: string): Promise<string> => compile({ 'models/a.sql': text });

describe('a template that runs', () => {
  test.each([
    ['by index', '{{ rows.columns[0].values() | list }}', '[1, 2]'],
    ['by name', "{{ rows.columns['name'].values() | list }}", "['An', None]"],
    [
      'through items',
      '{% for row in rows %}{{ row.items() | list }};{% endfor %}',
      "[('id', 1), ('name', 'An'), ('amount', Decimal('1.50')), ('ok', True)];[('id', 2), ('name', None), ('amount', 3), ('ok', False)];",
    ],
    ['by field', '{{ rows.rows[0].name }} {{ rows[1].id }} {{ rows.rows | length }}', 'An 2 2'],
    ['as names', '{{ rows.column_names | list }}', "['id', 'name', 'amount', 'ok']"],
    [
      'as decimals',
      '{{ rows.columns.amount.values()[0] }} {{ rows.columns.amount.values()[0] > 1 }}',
      '1.50 True',
    ],
  ])('reads rows of a query by index, by name and through items: %s', async (_, text, expected) => {
    expect(await model(`{% set rows = run_query('select 1') %}{% if execute %}${text}{% endif %}`)).toBe(
      expected,
    );
  });

  test.each([
    ["{{ adapter.get_relation(database='db', schema='main', identifier='gone') is none }}", 'True'],
    ["{{ adapter.get_relation(database='db', schema='main', identifier='b').type }}", 'table'],
    [
      '{% for c in adapter.get_columns_in_relation(this) %}{{ c.name }} {{ c.data_type }},{% endfor %}',
      'id integer,name character varying(40),',
    ],
    ["{{ adapter.quote('a\"b') }}", '"a""b"'],
    ["{{ api.Relation.create(schema='s', identifier='t') }}", '"s"."t"'],
    ['{{ this.include(schema=false) }} {{ this.identifier }} {{ this is mapping }}', '"db"."a" a True'],
    ["{{ api.Column.create('n', 'integer').is_number() }}", 'True'],
    ["{{ this.get('metadata', {}).get('type', '').endswith('Relation') }}", 'True'],
    [
      "{% call statement('x', fetch_result=true) %}select 2{% endcall %}{{ load_result('x')['data'][0][1] }} {{ load_result('x').response }}",
      'An SELECT 2',
    ],
    ["{{ tojson({'b': [1, none, true], 'a': 'é'}) }}", '{"b": [1, null, true], "a": "\\u00e9"}'],
    ["{{ fromjson('{\"a\": [1]}').a[0] }} {{ fromyaml('a: [1, yes]')['a'] }}", '1 [1, True]'],
    [
      "{{ zip([1, 2], ['a', 'b']) | list }} {{ set([1, 1, 2]) | length }} {{ local_md5('a') }}",
      "[(1, 'a'), (2, 'b')] 2 0cc175b9c0f1b6a831c399e269772661",
    ],
    [
      "{{ (modules.datetime.date(2026, 1, 31) + modules.datetime.timedelta(days=1)).strftime('%Y-%m-%d %a') }}",
      '2026-02-01 Sun',
    ],
    ["{{ modules.datetime.datetime.strptime('2026-03-01', '%Y-%m-%d').isoformat() }}", '2026-03-01T00:00:00'],
    [
      "{{ modules.re.sub('[^a-z]+', '_', 'a b-c') }} {{ modules.re.match('(\\d+)x', '12x').group(1) }}",
      'a_b_c 12',
    ],
    ["{{ modules.itertools.product([1, 2], ['a']) | list }}", "[(1, 'a'), (2, 'a')]"],
    [
      "{{ run_started_at.strftime('%Y') }} {{ run_started_at.astimezone(modules.pytz.timezone('Asia/Ho_Chi_Minh')).hour }}",
      '2026 15',
    ],
    ['{{ target.name }} {{ target.schema }} {{ target.type }} {{ project_name }}', 'dev main postgres shop'],
    [
      "{{ config.get('materialized') }} {{ config.get('nothing', 'x') }} {{ model.name }} {{ graph.nodes.values() | map(attribute='name') | list }}",
      "view x a ['a']",
    ],
    ["{{ context.get('project_name') }} {{ is_incremental() }}", 'shop False'],
  ])('%s', async (text, expected) => {
    expect(await model(text)).toBe(expected);
  });

  test('asks what the database is asked, and says so', async () => {
    asked.length = 0;
    const project = parseFiles({ 'models/a.sql': "{% do run_query('select 7') %}{{ invocation_id }}" });
    const compiled = await new ProjectRenderer(project).compile(
      project.manifest.nodes['model.shop.a']!,
      context(),
    );
    expect(asked).toEqual(['select 7']);
    expect(compiled).toMatchObject({ queried: true, volatile: true });
  });

  test('an incremental model knows whether it adds to a table', async () => {
    const files = { 'models/a.sql': "{{ config(materialized='incremental') }}{{ is_incremental() }}" };
    expect(await compile(files)).toBe('True');
    const full = { FULL_REFRESH: true, STORE_FAILURES: false, WHICH: 'run', EMPTY: false };
    expect(await compile(files, undefined, { flags: full })).toBe('False');
  });

  test('a test reads the rows its where keeps', async () => {
    const files = {
      'models/a.sql': 'select 1 as id',
      'models/s.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [{not_null: {name: t, config: {where: id > 5}}}]}]}]',
    };
    const id = Object.keys(parseFiles(files).manifest.nodes).find((one) => one.startsWith('test.'))!;
    expect(await compile(files, id)).toContain(
      'from (select * from "db"."main__r1"."a" where id > 5) dbt_subquery',
    );
  });

  test('a macro by itself takes arguments and gives back data', async () => {
    const project = parseFiles({
      'macros/m.sql': "{% macro f(x, y=2) %}{{ return({'sum': x + y}) }}{% endmacro %}",
    });
    expect(await new ProjectRenderer(project).runMacro('f', { x: 1 }, context())).toEqual({ sum: 3 });
    await expect(new ProjectRenderer(project).runMacro('ff', {}, context())).rejects.toMatchObject({
      code: 'PROJECT_UNKNOWN_MACRO',
    });
  });
});

describe('ephemeral models', () => {
  test('puts ephemeral parents in front as CTEs, behind leading comments', async () => {
    const files = {
      'models/e1.sql': "{{ config(materialized='ephemeral') }}select 1 as id",
      'models/e2.sql': "{{ config(materialized='ephemeral') }}select * from {{ ref('e1') }}",
      'models/a.sql': "-- about\nselect * from {{ ref('e2') }}",
    };
    expect(await compile(files)).toBe(
      '-- about\nwith __dbt__cte__e1 as (\nselect 1 as id\n), __dbt__cte__e2 as (\nselect * from __dbt__cte__e1\n)\nselect * from __dbt__cte__e2',
    );
  });

  test.each([
    ['select 1', 'with c as (\nx\n)\nselect 1'],
    ['with a as (select 1) select * from a', 'with c as (\nx\n), a as (select 1) select * from a'],
    ['WITH RECURSIVE a as (select 1) select 2', 'with RECURSIVE c as (\nx\n), a as (select 1) select 2'],
    ['/* a /* b */ */\n-- c\nselect 1', '/* a /* b */ */\n-- c\nwith c as (\nx\n)\nselect 1'],
    ['without', 'with c as (\nx\n)\nwithout'],
  ])('joins them to %j', (sql, expected) => {
    expect(injectCtes(sql, [{ name: 'c', sql: 'x' }])).toBe(expected);
  });
});
