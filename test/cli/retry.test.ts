import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retryOf, retryOfState } from '../../src/cli/run/retried-run.js';
import { argsOf } from '../../src/cli/run/run-args.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'thau-retry-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run_results.json as dbt writes it. */
function left(statuses: Readonly<Record<string, string>>, args: unknown = {}): void {
  const results = Object.entries(statuses).map(([id, status]) => ({ unique_id: id, status }));
  const metadata = { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' };
  writeFileSync(join(folder, 'run_results.json'), JSON.stringify({ metadata, args, results }));
}

const failed = {
  runId: 7,
  command: 'build',
  args: argsOf({ select: ['tag:daily'], vars: '{a: 1}', fullRefresh: true }, undefined),
};

describe('thau retry', () => {
  test('runs what the failed run was started with, and takes its own flags first', () => {
    expect(retryOf(failed, { threads: '2', vars: '{a: 2}' })).toEqual({
      command: 'build',
      flags: { select: ['tag:daily'], exclude: [], vars: '{a: 2}', fullRefresh: true, threads: '2' },
      retryOf: 7,
    });
  });

  test('asks again for variables that held a secret, since those are kept nowhere', () => {
    const run = { ...failed, args: { vars: '{token: *****}' } };
    expect(() => retryOf(run, {})).toThrow('Run 7 was started with a secret in --vars');
    expect(retryOf(run, { vars: '{token: t}' }).flags.vars).toBe('{token: t}');
    expect(() => retryOf({ ...failed, args: { select: ['*****'] } }, {})).toThrow('in --select');
  });

  test('with --state takes what did not succeed by the run_results.json of dbt or thau', () => {
    left(
      { 'model.shop.a': 'success', 'model.shop.b': 'error', 'test.shop.c': 'skipped' },
      { which: 'run', vars: { day: '2026-01-01' }, select: ['b'], full_refresh: true },
    );
    expect(retryOfState(folder, {}, undefined, {})).toEqual({
      command: 'run',
      flags: {
        select: ['result:error', 'result:skipped'],
        state: folder,
        vars: '{"day":"2026-01-01"}',
        fullRefresh: true,
      },
    });
  });

  test('with --state of the run that failed here last keeps what that built well', () => {
    const statuses = { 'model.shop.a': 'success', 'model.shop.b': 'error' };
    left(statuses);
    expect(retryOfState(folder, {}, failed, statuses)).toMatchObject({ retryOf: 7 });
    expect(retryOfState(folder, {}, failed, { 'model.shop.b': 'error' })).not.toHaveProperty('retryOf');
  });

  test('with --state where nothing failed, or nothing is, says so', () => {
    left({ 'model.shop.a': 'success' });
    expect(() => retryOfState(folder, {}, undefined, {})).toThrow('nothing failed');
    expect(() => retryOfState(join(folder, 'none'), {}, undefined, {})).toThrow('no such folder');
  });
});
