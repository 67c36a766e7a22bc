import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder, thau, type Ended, type ProjectFolder } from '../build/support/child-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const shop = `
models:
  - name: people
    description: One row per person.
    config: {contract: {enforced: true}, materialized: table, group: crm, persist_docs: {relation: true, columns: true}}
    columns:
      - {name: id, data_type: integer, description: The key., data_tests: [unique]}
      - {name: name, data_type: text}
  - name: sums
    semantic_model: true
    agg_time_dimension: day
    columns: [{name: day, granularity: day, dimension: {type: time}}, {name: id, entity: {type: primary}}]
    metrics:
      - {name: total, label: Total, type: simple, agg: sum, expr: amount}
      - {name: half, label: Half, type: derived, expr: total / 2, input_metrics: [{name: total}]}
      - {name: growing, label: Growing, type: cumulative, input_metric: total, window: 7 days}
groups: [{name: crm, owner: {email: a@b.c}}]
exposures: [{name: board, type: dashboard, owner: {name: A}, depends_on: ["ref('people')"]}]
saved_queries: [{name: monthly, query_params: {metrics: [total], group_by: ["TimeDimension('day', 'month')"], where: ["1 = 1"]}, exports: [{name: e, config: {export_as: view, schema: out}}]}]
sources: [{name: crm, schema: raw_crm, tables: [{name: people, columns: [{name: id}]}]}]
unit_tests:
  - {name: u, model: sums, given: [{input: ref('people'), rows: [{id: 1}]}], expect: {rows: [{id: 1}]}}
`;

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("create schema raw_crm; create table raw_crm.people as select 1 as id, 'ann' as name");
  project = projectFolder({
    'dbt_project.yml':
      "name: shop\nprofile: shop\nmodel-paths: [transforms]\nclean-targets: [target, dbt_packages]\non-run-end: ['select 1']\n",
    'transforms/people.sql': "select id::integer, name::text from {{ source('crm', 'people') }}",
    'transforms/eph.sql': "{{ config(materialized='ephemeral') }} select 2 as two",
    'transforms/sums.sql': "select id, current_date as day, 1 as amount from {{ ref('people') }}",
    'transforms/shop.yml': shop,
    'macros/m.sql': '{% macro hello() %}1{% endmacro %}',
    'seeds/rates.csv': 'a\n1\n',
    'tests/single.sql': 'select 1 where false',
    'transforms/d.md': '{% docs d %}text{% enddocs %}',
    'selectors.yml': 'selectors: [{name: mine, definition: tag:a}]\n',
  });
  await run('build');
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const run = (...args: string[]): Promise<Ended> =>
  thau([...args, '--project-dir', project.path], { DATABASE_URL: database.url });

type Json = Record<string, unknown>;
const read = (name: string): Json =>
  JSON.parse(readFileSync(join(project.path, 'target', name), 'utf8')) as Json;
const entries = (table: unknown): Json[] => Object.values(table as Record<string, Json>);

/** What dbt's published schemas require, of each kind. */
const parsed =
  'database schema name resource_type package_name path original_file_path unique_id fqn alias checksum'.split(
    ' ',
  );
const required: Readonly<Record<string, readonly string[]>> = {
  sources:
    'database schema name resource_type package_name path original_file_path unique_id fqn source_name source_description loader identifier'.split(
      ' ',
    ),
  macros: 'name resource_type package_name path original_file_path unique_id macro_sql'.split(' '),
  docs: 'name resource_type package_name path original_file_path unique_id block_contents'.split(' '),
  exposures: 'name resource_type package_name path original_file_path unique_id fqn type owner'.split(' '),
  metrics:
    'name resource_type package_name path original_file_path unique_id fqn description label type type_params'.split(
      ' ',
    ),
  groups: 'name resource_type package_name path original_file_path unique_id owner'.split(' '),
  semantic_models:
    'name resource_type package_name path original_file_path unique_id fqn model node_relation'.split(' '),
  saved_queries:
    'name resource_type package_name path original_file_path unique_id fqn query_params exports'.split(' '),
  unit_tests:
    'model given expect name resource_type package_name path original_file_path unique_id fqn'.split(' '),
};

describe('artifacts', () => {
  test('manifest.json has what dbt’s schema v12 requires, and nothing it forbids', () => {
    const manifest = read('manifest.json');
    expect((manifest['metadata'] as Json)['dbt_schema_version']).toBe(
      'https://schemas.getdbt.com/dbt/manifest/v12.json',
    );
    expect(Object.keys(manifest).sort()).toEqual(
      'child_map disabled docs exposures functions group_map groups macros metadata metrics nodes parent_map saved_queries selectors semantic_models sources unit_tests'.split(
        ' ',
      ),
    );
    for (const node of entries(manifest['nodes'])) {
      for (const key of parsed) expect(node, String(node['unique_id'])).toHaveProperty(key);
      expect(node).not.toHaveProperty('declared_at');
    }
    for (const [table, keys] of Object.entries(required)) {
      const list = entries(manifest[table]);
      expect(list.length, table).toBeGreaterThan(0);
      for (const one of list)
        for (const key of keys) expect(one, `${table}: ${String(one['unique_id'])}`).toHaveProperty([key]);
    }
    const nodes = manifest['nodes'] as Record<string, Json>;
    expect(nodes['seed.shop.rates']?.['depends_on']).toEqual({ macros: [] });
    expect(nodes['model.shop.people']).toMatchObject({
      compiled: true,
      group: 'crm',
      contract: { enforced: true },
    });
    expect(manifest['group_map']).toEqual({ crm: ['model.shop.people'] });
    expect(manifest['selectors']).toEqual({ mine: { name: 'mine', definition: 'tag:a' } });
    const metrics = manifest['metrics'] as Record<string, { type_params: Json }>;
    expect(metrics['metric.shop.total']?.type_params['metric_aggregation_params']).toMatchObject({
      semantic_model: 'sums',
      agg: 'sum',
    });
    expect(metrics['metric.shop.growing']?.type_params['cumulative_type_params']).toMatchObject({
      window: { count: 7, granularity: 'days' },
    });
  });

  test('run_results.json has what dbt’s schema v6 requires', () => {
    const results = read('run_results.json');
    expect((results['metadata'] as Json)['dbt_schema_version']).toBe(
      'https://schemas.getdbt.com/dbt/run-results/v6.json',
    );
    for (const result of results['results'] as Json[]) {
      for (const key of 'status timing thread_id execution_time adapter_response message failures unique_id compiled compiled_code relation_name'.split(
        ' ',
      ))
        expect(result).toHaveProperty(key);
    }
    expect(results).toHaveProperty('elapsed_time');
  });

  test('thau docs generate describes what is published in catalog.json of v1', async () => {
    const made = await run('docs', 'generate');
    expect(made.code).toBe(0);
    const catalog = read('catalog.json') as {
      nodes: Record<string, Json>;
      sources: Record<string, Json>;
      metadata: Json;
    };
    expect(catalog.metadata['dbt_schema_version']).toBe('https://schemas.getdbt.com/dbt/catalog/v1.json');
    expect(catalog.nodes['model.shop.people']).toMatchObject({
      metadata: {
        type: 'BASE TABLE',
        schema: 'public',
        name: 'people',
        database: database.name,
        comment: 'One row per person.',
      },
      columns: {
        id: { type: 'integer', index: 1, name: 'id', comment: 'The key.' },
        name: { type: 'text', index: 2 },
      },
      stats: { has_stats: { value: false } },
      unique_id: 'model.shop.people',
    });
    expect(Object.keys(catalog.sources)).toEqual(['source.shop.crm.people']);
    await run('docs', 'generate', '--no-compile', '--select', 'sums');
    expect(Object.keys(read('catalog.json')['nodes'] as Json)).toEqual(['model.shop.sums']);
    await run('docs', 'generate', '--no-compile', '--empty-catalog');
    expect(read('catalog.json')).toMatchObject({ nodes: {}, sources: {}, errors: null });
  });

  test('thau docs serve says what to use instead', async () => {
    const refused = await run('docs', 'serve', '--port', '8080');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('thau docs generate');
  });

  test('compile and show take SQL of the command line, as text or JSON', async () => {
    const compiled = await run(
      'compile',
      '--inline',
      "select * from {{ ref('eph') }} join {{ ref('people') }} on true",
    );
    expect(compiled.stdout).toMatch(/^with __dbt__cte__eph as \([\s\S]*"people" on true\n$/);
    const shown = await run(
      'show',
      '--inline',
      "select *, 1.5 as n, true as b from {{ ref('people') }}",
      '--output',
      'json',
      '--limit',
      '-1',
    );
    expect(JSON.parse(shown.stdout)).toEqual({
      node: 'inline_query',
      show: [{ id: 1, name: 'ann', n: 1.5, b: true }],
    });
    const direct = await run('show', '--inline-direct', "select '{{ no }}' as t");
    expect(direct.stdout).toContain('{{ no }}');
  });

  test('list prints keys of nodes as JSON, and names of resource types only', async () => {
    const listed = await run(
      'list',
      '--output',
      'json',
      '--output-keys',
      'name',
      'resource_type',
      '--resource-types',
      'seed',
      'metric',
      '--exclude-resource-types=seed',
    );
    expect(
      listed.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(['growing', 'half', 'total'].map((name) => ({ name, resource_type: 'metric' })));
    expect((await run('list', '--resource-type', 'modle')).stderr).toContain('It is one of model, seed');
  });

  test('clean removes what can be made again, and nothing else', async () => {
    mkdirSync(join(project.path, 'dbt_packages/x'), { recursive: true });
    expect((await run('clean')).stdout).toBe('removed target\nremoved dbt_packages\n');
    const original = readFileSync(join(project.path, 'dbt_project.yml'), 'utf8');
    symlinkSync('/tmp', join(project.path, 'link'));
    for (const target of ['../elsewhere', '/tmp', '.', 'transforms', 'link/x', 'seeds/..']) {
      writeFileSync(
        join(project.path, 'dbt_project.yml'),
        original.replace('[target, dbt_packages]', `[target, ${target}]`),
      );
      mkdirSync(join(project.path, 'target'), { recursive: true });
      const refused = await run('clean');
      expect(refused.code, target).toBe(2);
      expect(refused.stderr).toContain('dbt_project.yml:');
      expect(existsSync(join(project.path, 'target'))).toBe(true);
    }
    writeFileSync(join(project.path, 'dbt_project.yml'), original);
    expect(existsSync(join(project.path, 'transforms/people.sql'))).toBe(true);
  });
});
