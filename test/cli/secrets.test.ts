import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../src/cli/secrets.js';
import { runThau, type CommandResult } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const secret = 'cor"rect/horse';
let database: TestDatabase;
let role: string;
let folder: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'thau-secrets-'));
  const { hostname, port } = new URL(database.url);
  // whose password the secret is, where the server asks for one
  role = `secrets_of_${database.name}`;
  await database.query(`create role ${role} superuser login password '${secret}'`);
  write('dbt_project.yml', 'name: shop\nprofile: shop\nmodel-paths: [transforms]\n');
  const output = (name: string): string =>
    `{type: postgres, host: ${hostname}, port: ${port}, user: ${role}, password: "{{ env_var('DBT_ENV_SECRET_KEY') }}", dbname: "${name}", schema: public}`;
  write(
    'profiles.yml',
    `shop:\n  target: good\n  outputs:\n    good: ${output(database.name)}\n    bad: ${output("{{ env_var('DBT_ENV_SECRET_KEY') }}")}\n`,
  );
  write('transforms/a.sql', "select '{{ target.user }}' as name, {{ var('token', 1) }} as token");
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.query(`drop owned by ${role} cascade`);
  await database.query(`drop role ${role}`);
  await database.drop();
});

const run = (...args: string[]): Promise<CommandResult> =>
  runThau(args, { cwd: folder, env: { DBT_ENV_SECRET_KEY: secret } });

const shows = (text: string): boolean => text.includes('rect/horse');

const told = ({ stdout, stderr }: CommandResult): string => stdout + stderr;

/** Each file that a command left, as text. */
const leftBehind = (): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

/** Every row of every table of thau's own and of the target, as text. */
async function everyRow(): Promise<string> {
  const tables = await database.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('thau', 'public')`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => database.query(`select t::text as row from ${String(name)} as t`)),
  );
  return JSON.stringify(rows);
}

describe('a DBT_ENV_SECRET variable', () => {
  test('is used by profiles.yml, and reaches neither output, artifacts, compiled SQL, parse cache nor history', async () => {
    for (const args of [
      ['parse'],
      ['compile'],
      ['build'],
      ['build', '--json', '--debug'],
      ['docs', 'generate'],
    ]) {
      const result = await run(...args);
      if (args[0] !== 'docs') expect(result, result.stderr).toMatchObject({ status: 0 });
      expect(shows(told(result))).toBe(false);
    }
    expect(shows(leftBehind())).toBe(false);
    expect(shows(await everyRow())).toBe(false);
  });

  test('given as a variable is starred in what is kept of the command line', async () => {
    await run('build', '--vars', JSON.stringify({ other: secret }));
    expect(shows(leftBehind())).toBe(false);
    expect(shows(await everyRow())).toBe(false);
  });

  test('is taken out of the messages of others', async () => {
    const result = await run('build', '--target', 'bad');
    expect(result.status).not.toBe(0);
    expect(shows(told(result))).toBe(false);
    expect(told(result)).toContain('*****');
    const clean = withoutSecrets({
      DBT_ENV_SECRET_A: 'ab',
      DBT_ENV_SECRET_B: 'abc',
      DBT_ENV_SECRET_C: '',
      OTHER: 'x',
    });
    expect(clean('x abc ab')).toBe('x ***** *****');
  });

  test.each([
    ['a model', 'transforms/b.sql', "select '{{ env_var('DBT_ENV_SECRET_KEY') }}'"],
    ['a model, with a default', 'transforms/b.sql', "select '{{ env_var('DBT_ENV_SECRET_KEY', 'x') }}'"],
    [
      'a macro',
      'macros/b.sql',
      "{% macro generate_alias_name(a, node) %}{{ env_var('DBT_ENV_SECRET_KEY') }}{% endmacro %}",
    ],
    [
      'properties',
      'transforms/b.yml',
      'models: [{name: a, config: {meta: {k: "{{ env_var(\'DBT_ENV_SECRET_KEY\') }}"}}}]',
    ],
    [
      'a hook',
      'transforms/b.sql',
      "{{ config(post_hook=\"select '{{ env_var('DBT_ENV_SECRET_KEY') }}'\") }} select 1",
    ],
  ])('is refused in %s', async (_, path, text) => {
    write(path, text);
    try {
      const result = await run('parse');
      expect(result.status).not.toBe(0);
      expect(result.stderr).toContain('PROJECT_ENV_VAR');
      expect(shows(told(result))).toBe(false);
    } finally {
      rmSync(join(folder, path));
    }
  });
});
