import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder, thau, type Ended, type ProjectFolder } from '../build/support/child-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'transforms/a.sql': 'select 1 as id',
    'transforms/b.sql': "select * from {{ ref('a') }}",
    'transforms/c.sql': "{{ config(tags=['nightly']) }} select 3 as id",
    'transforms/s.yml': 'models: [{name: b, columns: [{name: id, data_tests: [unique]}]}]\n',
    'selectors.yml':
      'selectors: [{name: night, definition: "tag:nightly"}, {name: both, definition: {union: [{method: selector, value: night}, {method: fqn, value: b, children: true}]}}]\n',
  });
  await run('build');
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const run = (...args: string[]): Promise<Ended> =>
  thau([...args, '--project-dir', project.path], { DATABASE_URL: database.url });
const models = async (...args: string[]): Promise<string[]> =>
  (await run('list', '--resource-type', 'model', '--output', 'name', ...args)).stdout
    .split('\n')
    .filter(Boolean);

describe('selection on the command line', () => {
  test('state: without --state compares with what was last published, with it with a folder', async () => {
    expect(await models('--select', 'state:modified')).toEqual([]);
    cpSync(join(project.path, 'target'), join(project.path, 'earlier'), { recursive: true });
    project.write({ 'transforms/a.sql': 'select 2 as id' });
    expect(await models('--select', 'state:modified+')).toEqual(['a', 'b']);
    expect(await models('--select', 'state:modified', '--state', join(project.path, 'earlier'))).toEqual([
      'a',
    ]);
    const built = await run('build', '--select', 'state:modified+');
    expect(built.stdout + built.stderr).toContain('published generation');
    expect(await models('--select', 'state:modified')).toEqual([]);
    expect(await models('--select', 'state:modified', '--state', join(project.path, 'earlier'))).toEqual([
      'a',
    ]);
  });

  test('result: without --state asks how the last run ended', async () => {
    project.write({
      'transforms/a.sql': 'select 1 / 0 as id',
      'transforms/c.sql': "{{ config(tags=['nightly'], materialized='table') }} select 1 / 0 as id",
    });
    await run('build');
    expect(await models('--select', 'result:error')).toEqual(['c']);
    expect(await models('--select', 'result:success')).toEqual(['a', 'b']);
    project.write({
      'transforms/a.sql': 'select 2 as id',
      'transforms/c.sql': "{{ config(tags=['nightly']) }} select 3 as id",
    });
  });

  test('--selector names a selector of selectors.yml on every command', async () => {
    expect(await models('--selector', 'both')).toEqual(['b', 'c']);
    const ran = await run('run', '--selector', 'night');
    expect(ran.stdout + ran.stderr).toContain('1 built');
    const refused = await run('build', '--selector', 'night', '--select', 'a');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('cannot be given together');
  });

  test('a default selector is what a command takes when nothing is named', async () => {
    project.write({
      'selectors.yml': 'selectors: [{name: night, default: true, definition: "tag:nightly"}]\n',
    });
    expect(await models()).toEqual(['c']);
    expect(await models('--select', 'a')).toEqual(['a']);
    project.write({ 'selectors.yml': '' });
  });

  test('build leaves out what --exclude-resource-type names', async () => {
    const built = await run('build', '--exclude-resource-type', 'test', '--select', 'b');
    expect(built.stdout + built.stderr).toMatch(/build of 1 node/);
  });
});
