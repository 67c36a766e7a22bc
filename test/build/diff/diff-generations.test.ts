import { beforeEach, describe, expect, test } from 'vitest';
import {
  diffGenerations,
  type DiffQuestion,
  type GenerationDiff,
} from '../../../src/build/diff/diff-generations.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, stateTemplate } from '../../support/test-database.js';
import { openState, runPlain, type PlainNode } from '../support/engine.js';

let database: Database;
beforeEach(async () => {
  const place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const orders = (amount: number, config: PlainNode['config'] = {}): PlainNode => ({
  name: 'orders',
  config,
  sql: () => `select i as id, i * ${amount} as amount from generate_series(1, 3) as i`,
});
const keyed = { indexes: [{ columns: ['id'], unique: true }] };
const days: PlainNode = { name: 'days', sql: () => 'select 1 as day' };
const diff = (question: Partial<DiffQuestion> = {}): Promise<GenerationDiff> =>
  diffGenerations(database, 'thau', { names: [], samples: 2, ...question });

describe('two generations', () => {
  test('are compared node by node, by the key that an index proves; what is carried forward is not read', async () => {
    await runPlain(database, [orders(1, keyed), days], { carry: true });
    await runPlain(database, [orders(2, keyed), days, { name: 'fresh', sql: () => 'select 1 as x' }], {
      carry: true,
    });
    const found = await diff();
    expect(found).toMatchObject({ from: '1', to: '2' });
    expect(found.nodes).toMatchObject([
      { name: 'days', kind: 'same' },
      { name: 'fresh', kind: 'added' },
      {
        name: 'orders',
        kind: 'compared',
        diff: { key: ['id'], rows: { changed: 3 }, changedColumns: { amount: 3 } },
      },
    ]);
    expect((await diff({ names: ['orders'] })).nodes.map(({ name }) => name)).toEqual(['orders']);
    expect((await diff({ selected: new Set(['model.shop.days', 'model.shop.gone']) })).nodes).toHaveLength(1);
    await expect(diff({ names: ['ordrs'] })).rejects.toThrow('Neither side has a relation of "ordrs"');
    await expect(diff({ from: 7 })).rejects.toThrow('Generation 7 is not kept');
  });

  test('are compared by the key that is asked for, or that the project says, where nothing is proven', async () => {
    await runPlain(database, [orders(1)]);
    await runPlain(database, [orders(2)]);
    expect((await diff()).nodes[0]?.diff).toMatchObject({ key: [], rows: { added: 3, removed: 3 } });
    expect((await diff({ key: ['id'] })).nodes[0]?.diff).toMatchObject({ key: ['id'], rows: { changed: 3 } });
    const said = await diff({ keyOf: () => Promise.resolve(['id']) });
    expect(said.nodes[0]?.diff?.key).toEqual(['id']);
    await expect(diff({ key: ['nothing'] })).rejects.toThrow('cannot be told apart by nothing');
  });
});

test('the candidate of a failed run is compared with what is published', async () => {
  await runPlain(database, [orders(1, keyed), days], { carry: true });
  const failing: PlainNode = { name: 'refuses', type: 'test', reads: ['orders'], sql: () => 'select 1' };
  await runPlain(database, [orders(3, keyed), days, failing], { carry: true });
  const found = await diff({ candidate: true });
  expect(found).toMatchObject({ from: '1', to: 'candidate of run 2' });
  expect(found.nodes.map(({ name }) => name)).not.toContain('');
  expect(found.nodes.find(({ name }) => name === 'orders')).toMatchObject({ diff: { rows: { changed: 3 } } });
  await runPlain(database, [orders(1, keyed), days]);
  await expect(diff({ candidate: true })).rejects.toThrow('There is no candidate');
});
