import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { criticalPath, type TimedNode } from '../../../src/build/explain/critical-path.js';
import { explainRun } from '../../../src/build/explain/explain-run.js';
import { gantt } from '../../../src/build/explain/gantt.js';
import { Database } from '../../../src/postgres/database.js';
import { migrate } from '../../../src/postgres/migrate.js';
import { connectionOf } from '../../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let scratch: TestDatabase;
let database: Database;
beforeAll(async () => {
  scratch = await createTestDatabase();
  const connection = connectionOf(scratch.url);
  database = new Database({ connection });
  await migrate({ database, connection, stateSchema: 'thau' });
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});

const node = (
  name: string,
  start: number,
  end: number,
  waitedFor: string[] = [],
  status = 'success',
): TimedNode => ({
  nodeId: name,
  name,
  resourceType: 'model',
  status,
  start,
  end,
  waitedFor,
});

test('the critical path goes back from the last end over the latest inputs, and tells who waited', () => {
  const nodes = [node('a', 0, 10), node('b', 0, 40), node('c', 55, 70, ['a', 'b']), node('d', 10, 20, ['a'])];
  expect(criticalPath(nodes)).toEqual([
    { nodeId: 'b', name: 'b', waited: 0, ran: 40 },
    { nodeId: 'c', name: 'c', waited: 15, ran: 15 },
  ]);
});

test('work and waiting of the critical path add up to the end of the last node', () => {
  const runs = fc.array(
    fc.record({ wait: fc.nat(50), ran: fc.nat(50), inputs: fc.array(fc.nat(), { maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(runs, (list) => {
      const nodes: TimedNode[] = [];
      for (const [index, { wait, ran, inputs }] of list.entries()) {
        const waitedFor = index === 0 ? [] : inputs.map((input) => nodes[input % index]!.nodeId);
        const ready = Math.max(0, ...waitedFor.map((id) => nodes.find((one) => one.nodeId === id)!.end));
        nodes.push(node(`n${index}`, ready + wait, ready + wait + ran, waitedFor));
      }
      const total = criticalPath(nodes).reduce((sum, step) => sum + step.waited + step.ran, 0);
      expect(total).toBe(Math.max(...nodes.map((one) => one.end)));
    }),
  );
});

test('the picture is well formed whatever the names are, with a bar for each node', () => {
  const nodes = [node('<a & "b">', 0, 1500), node('c', 1500, 9000, [], 'error')];
  const svg = gantt(nodes, criticalPath(nodes), 'run <1>');
  expect(svg).toContain('&lt;a &amp; &quot;b&quot;&gt;');
  expect(svg.match(/<title>c \(error\): 1.50 s to 9.00 s, 7.50 s<\/title>/g)).toHaveLength(2);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test('a run of nothing has an empty path and a picture', () => {
  expect(criticalPath([])).toEqual([]);
  expect(gantt([], [], 'run 1')).not.toMatch(/NaN|Infinity/);
});

test('the slowest models are shown with the steps of their plans, a lost relation with why not', async () => {
  await scratch.query(`
    create table public.big as select n, n % 7 as m from generate_series(1, 5000) as n; analyze public.big;
    insert into thau.runs (trigger, command, state, target, host, pid, token, started_at, finished_at)
    values ('manual', 'build', 'failed', 'dev', 'h', 1, 1, '2026-01-01 00:00:00Z', '2026-01-01 00:00:09Z');
    insert into thau.run_nodes (run_id, node_id, resource_type, name, status, started_at, finished_at, message, waited_for, compiled_code) values
      (1, 'model.p.slow', 'model', 'slow', 'success', '2026-01-01 00:00:01Z', '2026-01-01 00:00:06Z', null, '{}', 'select m, count(*) from public.big group by m'),
      (1, 'model.p.gone', 'model', 'gone', 'error', '2026-01-01 00:00:06.5Z', '2026-01-01 00:00:08Z', null, '{model.p.slow}', 'select * from nowhere'),
      (1, 'model.p.after', 'model', 'after', 'skipped', null, null, 'gone failed', '{model.p.gone}', null)`);
  const found = await explainRun(database, '"thau"', { plans: 3 });
  expect(found.path.map(({ name, waited, ran }) => [name, waited, ran])).toEqual([
    ['slow', 1000, 5000],
    ['gone', 500, 1500],
  ]);
  expect(found.skipped).toEqual([{ name: 'after', status: 'skipped', why: 'gone failed' }]);
  expect(found.plans[0]?.steps?.map(({ what }) => what)).toContain('Seq Scan on big');
  expect(found.plans[1]?.problem).toContain('nowhere');
  expect([found.wall, found.work, found.waiting]).toEqual([9000, 6500, 500]);
  expect([found.before, found.after]).toEqual([1000, 1000]);
  const counted = await explainRun(database, '"thau"', { plans: 1, analyze: true });
  expect(counted.plans[0]?.took).toBeGreaterThan(0);
  expect(counted.plans[0]?.steps?.find(({ what }) => what === 'Seq Scan on big')?.actualRows).toBe(5000);
});

test('the picture of a thousand nodes has as many lanes as ran at a time, and a line for the longest steps alone', () => {
  const nodes = Array.from({ length: 1000 }, (_, index) =>
    node(`n${index}`, index * 10, index * 10 + (index % 7) + 3, index === 0 ? [] : [`n${index - 1}`]),
  );
  const svg = gantt(nodes, criticalPath(nodes), 'run 1');
  expect(svg).toContain('and 950 shorter steps');
  expect(Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)?.[1])).toBeLessThan(1200);
});

test('a run that is not there is refused by its number', async () => {
  await expect(explainRun(database, '"thau"', { runId: 99, plans: 0 })).rejects.toMatchObject({
    code: 'BUILD_NO_SUCH_RUN',
  });
});
