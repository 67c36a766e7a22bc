import { beforeEach, expect, test } from 'vitest';
import { rollback } from '../../../src/build/rollback.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../../support/test-database.js';
import { openState, runPlain, type Ran } from '../support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await build('select 1 as x, 2 as y');
  await place.query(`create view public.theirs as select x from shop.a;
    create view public.upon_theirs as select x as z from public.theirs`);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const build = (sql: string, dependents?: 'keep' | 'drop'): Promise<Ran> =>
  runPlain(database, [{ name: 'a', sql: () => sql }], dependents ? { dependents } : {});

test('a column that others built on stays in the stable view, without values, when a run is told to keep it', async () => {
  expect(await build('select 3 as y')).toMatchObject({
    state: 'failed',
    error: {
      code: 'BUILD_VIEW_HAS_DEPENDENTS',
      hint: expect.stringContaining('--dependents: keep') as string,
    },
  });
  expect((await build('select 3 as y', 'keep')).state).toBe('published');
  expect(await place.query('select * from public.upon_theirs')).toEqual([{ z: null }]);
  expect(await place.query('select * from shop.a')).toEqual([{ x: null, y: 3 }]);
  // nobody is asked twice about the same column
  expect((await build('select 4 as y, 5 as more')).state).toBe('published');
  expect(await place.query('select * from shop.a')).toEqual([{ x: null, y: 4, more: 5 }]);
  expect((await build('select 6 as x, 4 as y')).error).toMatchObject({ notes: ['column "more" is gone'] });
  // nor is it kept once nobody needs it
  await place.query('drop view public.theirs cascade');
  expect((await build('select 7 as y')).state).toBe('published');
  expect(await place.query('select * from shop.a')).toEqual([{ y: 7 }]);
});

test('what others built is dropped when a run is told to, and said how to make it again', async () => {
  const ran = await build(`select 'text' as x`, 'drop');
  expect(ran.state).toBe('published');
  expect(await place.query(`select to_regclass('public.theirs') as gone`)).toEqual([{ gone: null }]);
  const told = ran.events.flatMap((event) => (event.type === 'log' ? [event.message] : []));
  expect(told).toEqual([
    expect.stringContaining('create view "public"."upon_theirs" as'),
    expect.stringContaining('create view "public"."theirs" as\n SELECT x\n   FROM shop.a'),
  ]);
});

test('a type that others read is not kept, and what is no view is not dropped', async () => {
  expect((await build(`select 'text' as x`, 'keep')).error).toMatchObject({
    code: 'BUILD_VIEW_HAS_DEPENDENTS',
    notes: ['column "x" was integer and becomes text', 'column "y" is gone'],
  });
  await place.query(
    `create function public.reads() returns bigint begin atomic select count(x) from shop.a; end`,
  );
  expect((await build('select 3 as y', 'drop')).error).toMatchObject({
    message: 'function reads() stands on shop.a, and is no view.',
  });
  expect(await place.query('select x from public.theirs')).toEqual([{ x: 1 }]);
});

test('a rollback over a column that came since asks the same', async () => {
  await build('select 1 as x, 2 as y, 3 as z');
  await place.query('create view public.of_z as select z from shop.a');
  const back = { database, stateSchema: 'thau', trigger: 'manual', target: 'test' };
  await expect(rollback(back)).rejects.toMatchObject({ code: 'BUILD_VIEW_HAS_DEPENDENTS' });
  expect(await rollback({ ...back, dependents: 'keep' })).toMatchObject({ state: 'published' });
  expect(await place.query('select * from shop.a')).toEqual([{ x: 1, y: 2, z: null }]);
  await runPlain(database, [{ name: 'a', sql: () => 'select 1 as x, 2 as y, 3 as z' }]);
  const said: string[] = [];
  await rollback({ ...back, dependents: 'drop', log: (message) => said.push(message) });
  expect(said).toEqual([expect.stringContaining('create view "public"."of_z" as')]);
  expect(await place.query('select * from shop.a')).toEqual([{ x: 1, y: 2 }]);
});
