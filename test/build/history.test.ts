import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNodeTrend } from '../../src/build/history/node-trend.js';
import { readHistory, type HistoryFilter } from '../../src/build/history/read-history.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await place.query(`
    insert into thau.runs (trigger, command, state, target, host, pid, token, started_at, finished_at) values
      ('manual', 'build', 'published', 'dev', 'h', 1, 1, '2026-01-01 00:00Z', '2026-01-01 00:01Z'),
      ('schedule:nightly', 'build', 'failed', 'dev', 'h', 1, 1, '2026-01-02 00:00Z', '2026-01-02 00:01Z'),
      ('schedule:nightly', 'build', 'published', 'dev', 'h', 1, 1, '2026-01-03 00:00Z', '2026-01-03 00:01Z'),
      ('manual', 'rollback', 'published', 'dev', 'h', 1, 1, '2026-01-04 00:00Z', '2026-01-04 00:01Z');
    insert into thau.run_nodes (run_id, node_id, resource_type, name, status, started_at, seconds, rows_affected) values
      (1, 'model.p.orders', 'model', 'orders', 'success', '2026-01-01 00:00Z', 2, 100),
      (2, 'model.p.orders', 'model', 'orders', 'error', '2026-01-02 00:00Z', 1, null),
      (3, 'model.p.orders', 'model', 'orders', 'success', '2026-01-03 00:00Z', 8, 400),
      (4, 'model.p.orders', 'model', 'orders', 'carried', null, null, null)`);
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

const runs = async (filter: Partial<HistoryFilter>): Promise<readonly number[]> =>
  (await readHistory(database, 'thau', { limit: 20, ...filter })).map((row) => row.runId);

test('runs are shown newest first, by state, command, trigger and day', async () => {
  expect(await runs({})).toEqual([4, 3, 2, 1]);
  expect(await runs({ limit: 2 })).toEqual([4, 3]);
  expect(await runs({ state: 'failed' })).toEqual([2]);
  expect(await runs({ command: 'rollback' })).toEqual([4]);
  expect(await runs({ trigger: 'schedule', state: 'published' })).toEqual([3]);
  expect(await runs({ since: new Date('2026-01-03T00:00:00Z') })).toEqual([4, 3]);
});

test('a node is shown run by run beside its median, without the runs that carried it', async () => {
  const trend = await readNodeTrend(database, 'thau', 'orders', 20);
  expect(trend).toMatchObject({ nodeId: 'model.p.orders', median: 2 });
  expect(trend.runs.map(({ runId, status, overMedian, rows }) => [runId, status, overMedian, rows])).toEqual([
    [3, 'success', 4, 400],
    [2, 'error', 0.5, null],
    [1, 'success', 1, 100],
  ]);
  await expect(readNodeTrend(database, 'thau', 'ordrs', 20)).rejects.toMatchObject({
    hint: 'Did you mean "orders"?',
  });
});
