import { beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { ChildThau, projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

// each starts four processes, one after the other
vi.setConfig({ testTimeout: 180_000 });

let place: TestDatabase;
let project: ProjectFolder;
let env: Record<string, string>;
beforeEach(async () => {
  place = await createTestDatabase();
  // each statement of the slow model would last for minutes, and so would the one after it
  const hooks = Array.from({ length: 3 }, () => `"select pg_sleep(100)"`).join(', ');
  project = projectFolder({
    'transforms/a.sql': `{{ config(materialized='table') }}\nselect '{{ var("word", "before") }}' as word`,
    'transforms/slow.sql': `{{ config(materialized='table', enabled=var('slow', false), pre_hook=[${hooks}]) }}\nselect 1 as x`,
  });
  env = { DATABASE_URL: place.url };
  expect(await thau(args(), env)).toMatchObject({ code: 0 });
  return async () => {
    project.remove();
    await place.drop();
  };
});

const args = (...more: string[]): string[] => ['build', '--no-carry', '--project-dir', project.path, ...more];
const slow = (): ChildThau => new ChildThau(args('--vars', '{slow: true, word: after}'), env);

async function sleeping(): Promise<void> {
  await expect
    .poll(
      () =>
        place.query(
          `select from pg_stat_activity where datname = current_database() and state = 'active' and application_name like 'thau run%' and query like '%select pg_sleep(%'`,
        ),
      { timeout: 60_000 },
    )
    .not.toEqual([]);
}

async function expectUntouched(state: string): Promise<void> {
  expect(await place.query('select word from public.a')).toEqual([{ word: 'before' }]);
  expect(await place.query('select state from thau.runs where run_id = 2')).toEqual([{ state }]);
  const left = await place.query(
    `select from pg_stat_activity where datname = current_database() and application_name like 'thau run%'`,
  );
  expect(left).toEqual([]);
  expect(await thau(args(), env)).toMatchObject({ code: 0 });
  expect(await place.query(`select from pg_namespace where nspname like '%\\_\\_r2'`)).toEqual([]);
}

test('select thau.cancel() stops the run going on, whatever statement it is at, and answers null when none is', async () => {
  expect(await place.query('select thau.cancel() as asked')).toEqual([{ asked: null }]);
  const child = slow();
  await sleeping();
  expect(await place.query('select thau.cancel() is not null as asked')).toEqual([{ asked: true }]);
  const ended = await child.ended;
  expect(ended.stderr).toMatch(/BUILD_CANCELLED: Run 2 was cancelled by \w+ by SQL/);
  expect(ended.code).toBe(1);
  await expectUntouched('cancelled');
  expect(await place.query('select thau.cancel(2) as asked')).toEqual([{ asked: null }]);
});

test('a row of requests stops the run it names; one for an earlier run is refused by the next', async () => {
  await place.query(
    `insert into thau.requests (kind, args, requested_by) values ('cancel', '{"runId": 1}', 'too late'), ('cancel', '{}', 'too early')`,
  );
  const child = slow();
  await sleeping();
  expect(await place.query('select state from thau.requests order by 1')).toEqual([
    { state: 'refused' },
    { state: 'refused' },
  ]);
  await place.query(
    `insert into thau.requests (kind, args, requested_by) values ('cancel', '{"runId": "2"}', 'the console'); notify thau_request`,
  );
  expect((await child.ended).stderr).toContain('Run 2 was cancelled by the console');
  await expectUntouched('cancelled');
});

test('thau cancel stops it from another process', async () => {
  const child = slow();
  await sleeping();
  const asked = await thau(['cancel', '2', '--project-dir', project.path], env);
  expect(asked.stdout).toContain('Asked run 2');
  expect((await child.ended).stderr).toContain('was cancelled by thau cancel');
  await expectUntouched('cancelled');
});

test('Ctrl-C once stops its statements and ends it; the row says cancelled', async () => {
  const child = slow();
  await sleeping();
  child.kill('SIGINT');
  const ended = await child.ended;
  expect(ended.stderr).toContain('was cancelled by a signal');
  expect(ended.code).toBe(1);
  await expectUntouched('cancelled');
});

test('Ctrl-C again ends it at once, though a statement will not be cancelled', async () => {
  await place.query(`
    create function public.stubborn() returns int language plpgsql as $$
    begin
        loop
            begin
                perform pg_sleep(100);
            exception when query_canceled then null;
            end;
        end loop;
    end $$`);
  project.write({
    'transforms/slow.sql': `{{ config(materialized='table', enabled=var('slow', false), pre_hook="select pg_sleep(0) where public.stubborn() = 1") }}\nselect 1 as x`,
  });
  const child = slow();
  await sleeping();
  const again = setInterval(() => child.kill('SIGINT'), 300);
  const ended = await child.ended;
  clearInterval(again);
  expect(ended.code).toBe(130);
  expect(await place.query('select word from public.a')).toEqual([{ word: 'before' }]);
  // the next run ends what outlived it
  const next = await thau(args(), env);
  expect(next.code, next.stderr).toBe(0);
  expect(next.stderr).toContain('cleaned up after run 2');
});
