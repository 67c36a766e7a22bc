import { beforeEach, describe, expect, test } from 'vitest';
import { replaceViews } from '../../../src/build/views/replace-views.js';
import { readStableViews } from '../../../src/build/views/stable-views.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { openState, runPlain, type PlainNode } from '../support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase();
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

/** `quick` is done at once; `gated` waits until the test lets go of a lock, and then does what it is told. */
const project = (x: number, then = '1', columns = ''): PlainNode[] => [
  { name: 'quick', sql: () => `select ${x} as x${columns}` },
  { name: 'gated', sql: () => `select ${then} as y from (select pg_advisory_xact_lock(7) as held) as gate` },
];

const text = async (view: string): Promise<string> => {
  const [row] = await place.query(`select pg_get_viewdef('shop.${view}'::regclass) as text`);
  return String(row?.['text']);
};

/** Runs a project, and calls `meanwhile` while its last node waits. */
async function runGated(
  nodes: readonly PlainNode[],
  meanwhile: () => Promise<void>,
): ReturnType<typeof runPlain> {
  const gate = await database.session();
  await gate.session.query('select pg_advisory_lock(7)');
  const running = runPlain(database, nodes, { threads: 2 });
  try {
    await meanwhile();
  } finally {
    await gate.close();
  }
  return running;
}

describe('while a run goes on', () => {
  test('a stable view is made ready to switch, shows what it showed, and switches with the publish', async () => {
    await runPlain(database, project(1));
    const ran = await runGated(project(2), async () => {
      await expect.poll(() => text('quick'), { timeout: 20_000 }).toContain('UNION ALL');
      expect(await place.query('select x from shop.quick')).toEqual([{ x: 1 }]);
      expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
    });
    expect(ran.state).toBe('published');
    expect(await place.query('select x from shop.quick')).toEqual([{ x: 2 }]);
    expect(await text('quick')).not.toContain('UNION ALL');
  });

  test('a view made ready for a run that then fails is as it was, and the next run is clean', async () => {
    await runPlain(database, project(1));
    const simple = await text('quick');
    const ran = await runGated(project(2, '1 / length(held::text)'), () =>
      expect.poll(() => text('quick'), { timeout: 20_000 }).toContain('UNION ALL'),
    );
    expect(ran.state).toBe('failed');
    expect(await text('quick')).toBe(simple);
    expect(
      await place.query('select next_since from thau.stable_views where next_since is not null'),
    ).toEqual([]);
    expect((await runPlain(database, project(3))).state).toBe('published');
    expect(await place.query('select x from shop.quick')).toEqual([{ x: 3 }]);
    expect(await place.query(`select from pg_namespace where nspname = 'shop__r2'`)).toEqual([]);
  });

  test('a view whose columns grow keeps them until the publish', async () => {
    await runPlain(database, project(1));
    const ran = await runGated(
      [...project(2, '1', ', 0 as more'), { name: 'other', sql: () => 'select 1 as z' }],
      () =>
        expect
          .poll(() => place.query(`select from pg_class where oid = to_regclass('shop__r2.quick')`), {
            timeout: 20_000,
          })
          .toHaveLength(1),
    );
    expect(ran.state).toBe('published');
    expect(await place.query('select * from shop.quick')).toEqual([{ x: 2, more: 0 }]);
    const [lineage] = await place.query(
      `select content -> 'model.shop.quick' as quick from thau.artifacts where kind = 'lineage' and generation = 2`,
    );
    expect(Object.keys(lineage?.['quick'] as object).sort()).toEqual(['more', 'x']);
  });
});

test('a view that another run changed meanwhile is left alone by a process that wakes up late', async () => {
  await runPlain(database, project(1));
  const late = await database.session();
  const views = await readStableViews(late.session, 'thau');
  const was = [...views.values()].find((one) => one.name === 'quick');
  expect(was).toBeDefined();
  // what this process thought of before it was stopped
  const statement = `create or replace view shop.quick as select 0 as x`;
  await runPlain(database, project(2));
  const left = await replaceViews(late.session, 'thau', [{ statement, was: was!, becomes: was! }], 0);
  expect(left).toHaveLength(1);
  expect(await place.query('select x from shop.quick')).toEqual([{ x: 2 }]);
  await late.close();
});

test('each row that a run writes is told on thau_run, while it goes on', async () => {
  await runPlain(database, project(1));
  const listener = await database.session();
  const told: string[] = [];
  await listener.session.listen('thau_run', (payload) => told.push(payload));
  const rows = () =>
    place.query(
      `select r.state, n.name, n.status from thau.runs as r left join thau.run_nodes as n using (run_id)
       where run_id = 2 order by n.name`,
    );
  let before = 0;
  const ran = await runGated(project(2), async () => {
    await expect.poll(rows, { timeout: 20_000 }).toEqual([
      { state: 'running', name: 'gated', status: 'running' },
      { state: 'running', name: 'quick', status: 'success' },
    ]);
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(new Set(told)).toEqual(new Set(['2']));
    before = told.length;
  });
  expect(ran.state).toBe('published');
  await expect.poll(() => told.length).toBeGreaterThan(before);
  expect(await rows()).toEqual([
    { state: 'published', name: 'gated', status: 'success' },
    { state: 'published', name: 'quick', status: 'success' },
  ]);
  await listener.close();
});
