import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commented } from '../../src/postgres/commented.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type Ended, type ProjectFolder } from './support/child-thau.js';

let database: TestDatabase;
let project: ProjectFolder;

/** A model whose rows are the statement that makes it. */
const own = "{{ config(materialized='table') }} select current_query() as sql";
const settings = 'name: shop\nprofile: shop\nmodel-paths: [transforms]\n';

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'transforms/own.sql': own,
    'transforms/own.yml':
      'models: [{name: own, columns: [{name: sql, data_tests: [{accepted_values: {arguments: {values: [x]}, config: {severity: warn}}}]}]}]\n',
    'macros/comment.sql':
      '{% macro about(node) %}{{ target.name }}{% if node %} {{ node.name }} {{ node.resource_type }}{% endif %}{% endmacro %}',
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const build = (): Promise<Ended> =>
  thau(['run', '--no-carry', '--project-dir', project.path], { DATABASE_URL: database.url });

const statement = async (comment: string): Promise<string> => {
  project.write({ 'dbt_project.yml': settings + comment });
  const ended = await build();
  expect(ended.stdout + ended.stderr).toContain('published generation');
  const [row] = await database.query('select sql from public.own');
  return String(row?.['sql']);
};

describe('query-comment', () => {
  test('is dbt’s own JSON with the node, on a line in front, unless the project says otherwise', async () => {
    const [first, second] = (await statement('')).split('\n');
    const comment = /^\/\* (\{.*\}) \*\/$/.exec(first ?? '')?.[1] ?? '';
    expect(JSON.parse(comment)).toMatchObject({
      app: 'thau',
      node_id: 'model.shop.own',
      target_name: expect.any(String) as string,
    });
    expect(second).toMatch(/^create table/);
  });

  test('is a template of the project, which may call macros with the node', async () => {
    expect(await statement('query-comment: "by {{ about(node) }}, {{ connection_name }}"\n')).toMatch(
      /^\/\* by \S+ own model, model\.shop\.own \*\/\ncreate/,
    );
  });

  test('stands behind the statement with append, and is left out when it is null or empty', async () => {
    expect(await statement('query-comment: {comment: hello, append: true}\n')).toMatch(
      /^create[\s\S]*\n\/\* hello \*\/$/,
    );
    expect(await statement('query-comment: null\n')).toMatch(/^create/);
    expect(await statement("query-comment: ''\n")).toMatch(/^create/);
  });

  test('that would end itself, or is written in an unknown way, is refused', async () => {
    for (const [comment, message] of [
      ['query-comment: "a */ drop table x; /*"\n', 'which would end it'],
      ['query-comment: {comment: a, apend: true}\n', 'not "apend"'],
      ['query-comment: [a]\n', 'query-comment must be text'],
    ] as const) {
      project.write({ 'dbt_project.yml': settings + comment });
      const ended = await build();
      expect(ended.code).toBe(1);
      expect(ended.stdout + ended.stderr).toContain(message);
    }
  });

  test('moves no position: a fault is shown where it stands in the file', async () => {
    project.write({
      'dbt_project.yml': settings,
      'transforms/own.sql': 'select 1 as sql,\n    nothing_here\n',
    });
    const ended = await build();
    expect(ended.stdout + ended.stderr).toContain('transforms/own.sql:2:5');
    project.write({ 'transforms/own.sql': own });
  });

  test('leaves the statements of transactions alone', () => {
    expect(commented('begin', { text: 'x', append: false })).toEqual({ text: 'begin', before: 0 });
    expect(commented('select 1 -- end', { text: 'x', append: true }).text).toBe('select 1 -- end\n/* x */');
  });
});
