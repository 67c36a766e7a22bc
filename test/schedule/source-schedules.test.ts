import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChildThau, projectFolder, thau, type ProjectFolder } from '../build/support/child-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let place: TestDatabase;
let project: ProjectFolder;
let env: Record<string, string>;
let child: ChildThau | undefined;

beforeAll(async () => {
  place = await createTestDatabase();
  await place.query(`create schema raw;
    create table raw.orders (id int); insert into raw.orders values (1);
    create table raw.visits (id int, loaded_at timestamptz); insert into raw.visits values (1, now())`);
  project = projectFolder({
    'thau.yml': "schedules: {news: {on_source_change: true, select: ['orders', 'visits']}}\n",
    'transforms/sources.yml':
      'sources: [{name: raw, schema: raw, tables: [{name: orders}, {name: visits, loaded_at_field: loaded_at}]}]\n',
    'transforms/orders.sql': `{{ config(materialized='table') }} select count(*)::int as n from {{ source('raw', 'orders') }}`,
    'transforms/visits.sql': `{{ config(materialized='table') }} select count(*)::int as n from {{ source('raw', 'visits') }}`,
  });
  env = { DATABASE_URL: place.url, PORT: '0' };
});
afterAll(async () => {
  child?.kill('SIGTERM');
  await child?.ended;
  project.remove();
  await place.drop();
});

const shown = (table: string) => async (): Promise<unknown> =>
  (await place.query(`select n from public.${table}`))[0]?.['n'];

test('thau start builds what reads a tracked or a dated source soon after it changed, and carries the rest', async () => {
  expect(await thau(['build', '--project-dir', project.path], env)).toMatchObject({ code: 0 });
  const tracked = await thau(
    ['source', 'track', '--project-dir', project.path, '--select', 'source:raw.orders'],
    env,
  );
  expect(tracked.code, tracked.stderr).toBe(0);
  child = new ChildThau(['start', '--project-dir', project.path], env);
  const runs = async (): Promise<unknown> =>
    (
      await place.query(
        `select count(*)::int as n from thau.runs where trigger = 'schedule:news' and state <> 'running'`,
      )
    )[0]?.['n'];
  // nothing is remembered of the sources yet: it runs once
  await expect.poll(runs, { timeout: 60_000 }).toBe(1);
  await place.query('insert into raw.orders values (2)');
  await expect.poll(shown('orders'), { timeout: 60_000 }).toBe(2);
  await expect.poll(runs, { timeout: 60_000 }).toBe(2);
  await place.query('insert into raw.visits values (2, now())');
  await expect.poll(shown('visits'), { timeout: 60_000 }).toBe(2);
  await expect.poll(runs, { timeout: 60_000 }).toBe(3);
  const built = await place.query(
    `select node_id from thau.run_nodes where run_id = (select max(run_id) from thau.runs) and status = 'success'`,
  );
  expect(built).toEqual([{ node_id: 'model.shop.visits' }]);
  const listed = await thau(['schedule', 'list', '--project-dir', project.path], env);
  expect(listed.stdout).toMatch(/news +on source change +Asia\/Ho_Chi_Minh +waits .*run \d+/);
}, 240_000);
