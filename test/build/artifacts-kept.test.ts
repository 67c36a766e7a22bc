import { expect, test } from 'vitest';
import { LineageNames, type LineageBefore } from '../../src/build/artifacts/lineage.js';
import { heldSchema } from '../../src/build/run/held-schema.js';
import type { Catalog } from '../../src/schema/catalog.js';
import type { MetricsArtifact } from '../../src/semantic/bound-metrics.js';

const nothing: LineageBefore = { lineage: {}, proofs: {} };

function namesOver(before: LineageBefore, run: number, columns: readonly string[]): LineageNames {
  const names = new LineageNames(before);
  names.set(
    'model.shop.a',
    [
      { schema: 'shop', name: 'a' },
      { schema: `shop__r${run}`, name: 'a' },
    ],
    columns,
  );
  return names;
}

const sql = (run: number): string => `select * from shop__r${run}.a`;

test('lineage is kept for the same SQL over the same columns, and read again over others', () => {
  const first = namesOver(nothing, 1, ['x']);
  const lineage = first.lineageOf('model.shop.b', sql(1), 'print');
  expect(lineage).toEqual({ x: [['model.shop.a', 'x']] });
  const before = { lineage: { 'model.shop.b': lineage ?? {} }, proofs: { ...first.proofs } };

  const same = namesOver(before, 2, ['x']);
  // what is kept is not parsed: the text is no SQL
  expect(same.lineageOf('model.shop.b', 'no sql', 'print')).toBe(lineage);
  expect(same.proofs).toEqual(before.proofs);

  const grown = namesOver(before, 2, ['x', 'y']);
  expect(Object.keys(grown.lineageOf('model.shop.b', sql(2), 'print') ?? {})).toEqual(['x', 'y']);
  const changed = namesOver(before, 2, ['x']);
  expect(changed.lineageOf('model.shop.b', 'select x as z from shop__r2.a', 'other')).toEqual({
    z: [['model.shop.a', 'x']],
  });
});

test('a place that nobody owned and somebody owns now is another input', () => {
  const text = 'select * from shop.later';
  const first = namesOver(nothing, 1, ['x']);
  const lineage = first.lineageOf('model.shop.b', text, 'print') ?? {};
  const second = namesOver({ lineage: { 'model.shop.b': lineage }, proofs: { ...first.proofs } }, 2, ['x']);
  second.set('model.shop.later', [{ schema: 'shop', name: 'later' }], ['y']);
  expect(second.lineageOf('model.shop.b', text, 'print')).toEqual({ y: [['model.shop.later', 'y']] });
});

test('SQL without a fingerprint leaves no proof', () => {
  const names = namesOver(nothing, 1, ['x']);
  expect(names.lineageOf('model.shop.b', sql(1), undefined)).toEqual({ x: [['model.shop.a', 'x']] });
  expect(names.proofs).toEqual({});
});

test('a schema is held again unless it was found good over the same columns, metrics and settings', async () => {
  let held = 0;
  const metrics: MetricsArtifact = {
    dimensions: [],
    definitions: { models: [], metrics: [] },
    catalog: [],
  };
  const catalog = (run: number, column: string): Catalog => ({
    relations: [
      {
        model: 'a',
        nodeId: 'model.shop.a',
        schema: `shop__r${run}`,
        name: 'a',
        kind: 'table',
        columns: [{ name: column, type: 'integer', notNull: false }],
        unique: [],
        indexes: [],
        estimatedRows: run,
      },
    ],
  });
  const options = (answer: boolean, schemaChecker = 'thau 1'): Parameters<typeof heldSchema>[0] => ({
    sdl: [],
    schemaChecker,
    checkSchema: () => (held++, answer),
  });

  const first = await heldSchema(options(true), catalog(1, 'x'), metrics, {});
  expect(held).toBe(1);
  expect(await heldSchema(options(true), catalog(2, 'x'), metrics, first)).toEqual(first);
  expect(held).toBe(1);
  await heldSchema(options(true), catalog(2, 'y'), metrics, first);
  await heldSchema(options(true, 'thau 2'), catalog(2, 'x'), metrics, first);
  expect(held).toBe(3);
  // what there was to tell is told again
  const told = await heldSchema(options(false), catalog(1, 'x'), metrics, {});
  await heldSchema(options(true), catalog(1, 'x'), metrics, told);
  expect(held).toBe(5);
});
