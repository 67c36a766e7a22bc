import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { warnPolicy } from '../../src/cli/warn-policy.js';
import { projectFolder, thau, type Ended, type ProjectFolder } from '../build/support/child-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let project: ProjectFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  project = projectFolder({
    'transforms/a.sql': 'select 1 as id',
    'transforms/s.yml':
      'models: [{name: a, deprecation_date: 2020-01-01, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2], quote: false}, config: {severity: warn}}}]}]}]\n',
  });
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

const run = (...args: string[]): Promise<Ended> =>
  thau([...args, '--project-dir', project.path], { DATABASE_URL: database.url });

describe('what dbt’s fingers type', () => {
  test('--target-path moves the artifacts, and options about dbt’s inside change nothing', async () => {
    const built = await run(
      'build',
      '--target-path',
      'elsewhere',
      '--no-version-check',
      '--cache-selected-only',
      '--no-populate-cache',
      '--static-parser',
      '--no-send-anonymous-usage-stats',
      '--no-use-colors',
      '--no-debug',
      '--no-introspect',
      '--no-favor-state',
    );
    expect(built.code).toBe(0);
    expect(existsSync(join(project.path, 'elsewhere/run_results.json'))).toBe(true);
    expect(existsSync(join(project.path, 'target/run_results.json'))).toBe(false);
  });

  test('--empty and --sample of thau plan say what such a build would do', async () => {
    const plan = async (...args: string[]): Promise<string> =>
      (await run('plan', '--no-check', ...args)).stdout;
    expect(await plan('--empty')).toMatch(/^a +build +is built empty/m);
    const window = '{start: 2026-01-01, end: 2026-01-04}';
    expect(await plan('--sample', window)).toMatch(/^a +build +is built from a sample, 2026-01-01/m);
    expect((await run('plan', '--sample', 'some')).stderr).toContain('is no window of time');
  });

  test('--warn-error fails a test that would warn, and a project that is warned of', async () => {
    const options = ['--warn-error-options', '{error: all, silence: [DeprecatedModel]}'];
    const strict = await run('build', '--no-carry', ...options);
    expect(strict.code).toBe(1);
    expect(strict.stdout + strict.stderr).toContain('configured to fail if != 0');
    expect(strict.stdout + strict.stderr).toContain('Nothing was published');
    expect(strict.stdout + strict.stderr).not.toContain('PROJECT_DEPRECATED');
    const parsed = await run('parse', '--warn-error');
    expect(parsed.code).toBe(1);
    expect(parsed.stderr).toContain('PROJECT_DEPRECATED');
  });

  test('an option or command that thau does not have says what to use', async () => {
    for (const [args, hint] of [
      [['build', '--record-timing-info', 'x'], 'thau explain'],
      [['run', '--log-path', 'logs'], 'redirect standard error'],
      [['seed', '--show'], 'thau show --select'],
      [['init'], 'dbt_project.yml'],
      [['build', '--warn-error-options', '{eror: all}'], 'Did you mean "error"?'],
      [['build', '--warn-error', '--warn-error-options', '{error: all}'], '{error: all}'],
    ] as const) {
      const refused = await run(...args);
      expect(refused.code, args.join(' ')).toBe(2);
      expect(refused.stderr).toContain(hint);
    }
  });

  test('--warn-error-options chooses by dbt’s names and by thau’s codes', () => {
    const policy = warnPolicy(false, "{error: '*', warn: [LogTestResult], silence: [PROJECT_UNKNOWN_KEY]}");
    expect([
      policy.mode('test'),
      policy.mode('PROJECT_UNKNOWN_KEY'),
      policy.mode('PROJECT_DEPRECATED'),
    ]).toEqual(['warn', 'silence', 'error']);
    expect(warnPolicy(false, '{include: [DeprecatedReference]}').mode('PROJECT_DEPRECATED')).toBe('error');
    expect(warnPolicy(false, '{include: [DeprecatedReference]}').mode('test')).toBe('warn');
  });
});
