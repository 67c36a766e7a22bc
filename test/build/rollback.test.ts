import { beforeEach, describe, expect, test } from 'vitest';
import { rollback, type RollbackOptions } from '../../src/build/rollback.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, type PlainNode } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const a = (sql: string): PlainNode => ({ name: 'a', sql: () => sql });
const b: PlainNode = {
  name: 'b',
  reads: ['a'],
  sql: ({ ref }) => `select count(*)::int as n from ${ref('a')}`,
};
const back = (to?: number): Promise<unknown> => {
  const options: RollbackOptions = { database, stateSchema: 'thau', trigger: 'manual', target: 'test' };
  return rollback(to === undefined ? options : { ...options, to });
};

describe('rollback', () => {
  test('shows exactly the earlier tables as a new, higher generation, and can be rolled back itself', async () => {
    await runPlain(database, [a('select 1 as x'), b]);
    await runPlain(database, [a(`select 'two' as y union all select 'three'`), b]);
    expect(await back()).toMatchObject({ generation: 3, state: 'published' });
    expect(await place.query('select * from shop.a')).toEqual([{ x: 1 }]);
    expect(await place.query('select * from shop.b')).toEqual([{ n: 1 }]);
    expect(await back()).toMatchObject({ generation: 4 });
    expect(await place.query('select * from shop.a order by 1')).toEqual([{ y: 'three' }, { y: 'two' }]);
    const after = await runPlain(database, [a('select 5 as x'), b]);
    expect(after.state).toBe('published');
    expect(await place.query('select * from shop.a')).toEqual([{ x: 5 }]);
  });

  test('brings back the GraphQL schema, the catalog and everything else of that generation', async () => {
    const sdl = (text: string): { sdl: { file: string; text: string }[] } => ({
      sdl: [{ file: 'schema/a.graphql', text }],
    });
    await runPlain(database, [a('select 1 as x'), b], sdl('type Query { old: Int }'));
    await runPlain(database, [a('select 2 as y'), { ...b, name: 'c' }], sdl('type Query { fresh: Int }'));
    await back();
    const kept = (generation: number): Promise<unknown> =>
      place.query(`select kind, content from thau.artifacts where generation = ${generation} order by kind`);
    expect(await kept(3)).toEqual(await kept(1));
    expect(await kept(3)).not.toEqual(await kept(2));
    // a node that only the later generation had is not shown
    expect(
      await place.query(`select to_regclass('shop.c') as c, to_regclass('shop.b') is not null as b`),
    ).toEqual([{ c: null, b: true }]);
  });

  test('refuses a generation that is gone, never was, or is the current one', async () => {
    await expect(back()).rejects.toMatchObject({ code: 'BUILD_NO_SUCH_GENERATION' });
    for (const x of [1, 2, 3]) await runPlain(database, [a(`select ${x} as x`)]);
    for (const to of [1, 3, 99]) {
      await expect(back(to)).rejects.toMatchObject({ code: 'BUILD_NO_SUCH_GENERATION' });
    }
    expect(await place.query('select * from shop.a')).toEqual([{ x: 3 }]);
    expect(await back(2)).toMatchObject({ generation: 4 });
    expect(await place.query('select * from shop.a')).toEqual([{ x: 2 }]);
  });
});
