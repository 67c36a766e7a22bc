import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { documentOf } from '../../src/api/generation/warm-up.js';
import { Planner } from '../../src/query/planner.js';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { shopCatalog, shopSources } from '../schema/shop.js';

describe('before the first document comes', () => {
  const { schema } = bindSchema(shopSources, shopCatalog);
  if (!schema) throw new Error('the shop does not bind');
  const planner = new Planner(schema, '1');

  test.each([0, 1, 2, 3, 4, 5])(
    'document %i is valid by the schema and of about a hundred fields',
    (round) => {
      const text = documentOf(planner.schema, round);
      const document = parse(text);
      expect(validate(planner.schema, document).map(String)).toEqual([]);
      expect(text.split(':').length).toBeGreaterThan(50);
      expect(text.split(':').length).toBeLessThan(400);
    },
  );

  test('no two are alike, and most are planned to their end', () => {
    const texts = Array.from({ length: 12 }, (_, round) => documentOf(planner.schema, round));
    expect(new Set(texts).size).toBe(12);
    const kinds = texts.map((text) => planner.plan({ document: parse(text) }).kind);
    expect(kinds.filter((kind) => kind === 'statement').length).toBeGreaterThan(6);
  });
});
