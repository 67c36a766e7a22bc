import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThauError } from '../../../src/errors/thau-error.js';
import type { Manifest } from '../../../src/project/manifest.js';
import { parseSelection } from '../../../src/project/select/parse-selection.js';
import { selectNodes } from '../../../src/project/select/select-nodes.js';
import { brokenContracts } from '../../../src/project/state/contract-changes.js';
import {
  manifestState,
  publishedState,
  rememberedState,
  type PreviousState,
} from '../../../src/project/state/previous-state.js';
import { readState, stateManifest } from '../../../src/project/state/read-state.js';
import { parseFiles, type Files } from '../support/project-folder.js';

const shop: Files = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "{{ config(tags=['x']) }} select * from {{ ref('a') }} {{ word() }}",
  'models/s.yml':
    'models: [{name: a, description: one, config: {persist_docs: {relation: true}}, columns: [{name: id, data_tests: [unique]}]}]\nsources: [{name: crm, tables: [{name: t}]}]\nexposures: [{name: board, type: dashboard, owner: {name: A}, depends_on: ["ref(\'a\')"]}]',
  'macros/m.sql': '{% macro word() %}{{ inner() }}{% endmacro %} {% macro inner() %}where true{% endmacro %}',
};

const parsed = (files: Files): Manifest => parseFiles({ ...shop, ...files }).manifest;
const before = parsed({});

/** The same question asked of an earlier manifest, and of what a publish remembered. */
const found = (word: string, files: Files): string[] => {
  const manifest = parsed(files);
  const remembered = JSON.parse(JSON.stringify(publishedState(before, undefined, new Set()))) as ReturnType<
    typeof publishedState
  >;
  const answers = [manifestState(before, manifest), rememberedState(remembered, manifest)].map((previous) => [
    ...selectNodes({
      manifest,
      selection: parseSelection([word], []),
      indirect: 'empty',
      state: { previous },
    }).ids,
  ]);
  expect(answers[1]).toEqual(answers[0]);
  return (answers[0] ?? []).sort();
};

describe('state compares with an earlier manifest, or with what was published, alike', () => {
  test.each<[string, Files, string[]]>([
    ['state:modified', {}, []],
    ['state:new', {}, []],
    ['state:modified.body', { 'models/a.sql': 'select 2 as id' }, ['model.shop.a']],
    ['state:modified.configs', { 'models/a.sql': 'select 2 as id' }, []],
    [
      'state:modified.configs',
      { 'dbt_project.yml': 'name: shop\nmodels: {+meta: {k: 1}}\n' },
      ['model.shop.a', 'model.shop.b'],
    ],
    [
      'state:modified.relation',
      { 'models/a.sql': "{{ config(alias='c') }} select 1 as id" },
      ['model.shop.a'],
    ],
    [
      'state:modified.macros',
      { 'macros/m.sql': shop['macros/m.sql']!.replace('true', 'false') },
      ['model.shop.b'],
    ],
    [
      'state:modified.persisted_descriptions',
      { 'models/s.yml': shop['models/s.yml']!.replace('one', 'two') },
      ['model.shop.a'],
    ],
    [
      'state:modified.contract',
      {
        'models/s.yml': shop['models/s.yml']!.replace(
          'persist_docs',
          'contract: {enforced: true}, persist_docs',
        ),
      },
      ['model.shop.a'],
    ],
    [
      'state:modified',
      { 'models/s.yml': shop['models/s.yml']!.replace('dashboard', 'notebook') },
      ['exposure.shop.board'],
    ],
    [
      'state:modified',
      { 'models/s.yml': shop['models/s.yml']!.replace('tables', 'schema: other, tables') },
      ['source.shop.crm.t'],
    ],
    ['state:new', { 'models/c.sql': 'select 3' }, ['model.shop.c']],
    ['state:modified', { 'models/c.sql': 'select 3' }, ['model.shop.c']],
    ['state:old,resource_type:model', { 'models/c.sql': 'select 3' }, ['model.shop.a', 'model.shop.b']],
    ['state:unmodified,resource_type:model', { 'models/a.sql': 'select 2 as id' }, ['model.shop.b']],
    [
      'state:modified+,resource_type:model',
      { 'models/a.sql': 'select 2 as id' },
      ['model.shop.a', 'model.shop.b'],
    ],
  ])('%s over a change of %o', (word, files, expected) => {
    expect(found(word, files)).toEqual(expected);
  });

  test('what a run with a selection left alone stays modified', () => {
    const first = publishedState(before, undefined, new Set());
    const manifest = parsed({ 'models/a.sql': 'select 2 as id', 'models/b.sql': 'select 3 as id' });
    const second = publishedState(manifest, first, new Set(['model.shop.a']));
    const ids = selectNodes({
      manifest,
      selection: parseSelection(['state:modified'], []),
      indirect: 'empty',
      state: { previous: rememberedState(second, manifest) },
    }).ids;
    expect([...ids]).toEqual(['model.shop.a']);
  });
});

describe('a broken contract', () => {
  const contract = (columns: string, more = ''): Files => ({
    'models/a.sql': 'select 1 as id, 2 as n',
    'models/s.yml': `models: [{name: a, config: {materialized: table, contract: {enforced: true}}, columns: [${columns}]${more}}]`,
  });
  const old = parsed(
    contract(
      '{name: id, data_type: integer, constraints: [{type: not_null}]}, {name: n, data_type: integer}',
    ),
  );
  const broken = (files: Files): string[] => {
    const manifest = parsed(files);
    const remembered: PreviousState = rememberedState(publishedState(old, undefined, new Set()), manifest);
    const told = [manifestState(old, manifest), remembered].map((previous) =>
      brokenContracts(previous, manifest).map(({ error }) => error.message),
    );
    expect(told[1]).toEqual(told[0]);
    return told[0] ?? [];
  };

  test.each([
    ['{name: id, data_type: integer, constraints: [{type: not_null}]}', 'column "n" was removed'],
    [
      '{name: id, data_type: bigint, constraints: [{type: not_null}]}, {name: n, data_type: integer}',
      'column "id" was integer and is bigint',
    ],
    ['{name: id, data_type: integer}, {name: n, data_type: integer}', 'column "id" lost a constraint'],
  ])('%s: %s', (columns, message) => {
    expect(broken(contract(columns))).toEqual([expect.stringContaining(message)]);
  });

  test('is one no longer enforced, over a view, or of a model that is gone', () => {
    const same =
      '{name: id, data_type: integer, constraints: [{type: not_null}]}, {name: n, data_type: integer}';
    const view = contract(same);
    expect(broken({ ...view, 'models/s.yml': view['models/s.yml']!.replace('table', 'view') })).toEqual([
      expect.stringContaining('materialized as view, which holds no constraints'),
    ]);
    expect(
      broken({ ...view, 'models/s.yml': view['models/s.yml']!.replace('enforced: true', 'enforced: false') }),
    ).toEqual([expect.stringContaining('no longer enforced')]);
    expect(
      broken({
        'models/a.sql': '{{ config(enabled=false) }} select 1',
        'models/b.sql': 'select 1',
        'models/s.yml': '',
      }),
    ).toEqual([expect.stringContaining('the model was removed')]);
    expect(broken(contract(`${same}, {name: more, data_type: text}`))).toEqual([]);
  });
});

describe('a state folder', () => {
  let folder: string;
  const fault = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof ThauError && error.code === 'PROJECT_STATE') return error.message;
      throw error;
    }
    throw new Error('no error');
  };
  const write = (name: string, content: unknown): void =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'thau-state-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('that is missing, empty, no JSON, of another kind or too new is told', () => {
    expect(fault(() => readState(join(folder, 'none')))).toContain('no such folder');
    expect(fault(() => readState(folder))).toContain('holds no manifest.json');
    write('manifest.json', '{"nodes": ');
    expect(fault(() => readState(folder))).toContain('not JSON');
    write('manifest.json', {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/catalog/v1.json' },
    });
    expect(fault(() => readState(folder))).toContain('not a manifest');
    write('manifest.json', {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v99.json' },
    });
    expect(fault(() => readState(folder))).toContain('v7 to v12');
    rmSync(join(folder, 'manifest.json'));
    write('run_results.json', {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
      results: 7,
    });
    expect(fault(() => readState(folder))).toContain('no list of results');
  });

  test('gives the manifest, the results and the freshness that are there', () => {
    mkdirSync(folder, { recursive: true });
    write('run_results.json', {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
      results: [{ unique_id: 'model.shop.a', status: 'error' }, { broken: true }],
    });
    const state = readState(folder);
    expect(state.results).toEqual({ 'model.shop.a': 'error' });
    expect(state.sources).toBeUndefined();
    expect(fault(() => stateManifest(state))).toContain('holds no manifest.json');
    write('manifest.json', {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v9.json' },
      nodes: {},
    });
    expect(stateManifest(readState(folder)).saved_queries).toEqual({});
  });
});
