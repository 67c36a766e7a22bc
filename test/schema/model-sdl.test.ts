import { describe, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import type { CatalogRelation } from '../../src/schema/catalog.js';
import { shopCatalog, shopSources } from './shop.js';

const base: CatalogRelation = {
  model: 'carriers',
  nodeId: 'model.shop.carriers',
  description: 'One row per "carrier".',
  schema: 'metrics__r1',
  name: 'carriers',
  kind: 'table',
  columns: [
    { name: 'carrier', type: 'text', notNull: true, description: 'Who carries.' },
    { name: 'late_percent', type: 'numeric(5,1)', notNull: false },
    { name: 'Odd Name', type: 'integer', notNull: false },
    { name: 'v2_share', type: 'double precision[]', notNull: false },
  ],
  unique: [['carrier']],
  indexes: [],
  estimatedRows: 5,
  meta: { graphql: true },
};

const bind = (relation: Partial<CatalogRelation>) =>
  bindSchema(shopSources, { relations: [...shopCatalog.relations, { ...base, ...relation }] });

describe('a model that asks for GraphQL in its YAML', () => {
  test('gets a type, a connection with its aggregate, filter and order, without a line of SDL', () => {
    const { schema, errors } = bind({});
    expect(errors).toEqual([]);
    expect(schema?.sdl).toContain('type Carrier {');
    expect(schema?.sdl).toContain('latePercent: Decimal');
    expect(schema?.sdl).toContain('v2Share: [Float]');
    expect(schema?.sdl).not.toContain('Odd');
    const query = Object.keys(schema?.types['Query']?.fields ?? {});
    expect(query).toEqual(expect.arrayContaining(['carriers', 'carriersAggregate']));
    expect(schema?.sdl).toContain('input CarrierFilter');
  });

  test('gets a field on the type whose key it holds, and one back', () => {
    const { schema, errors } = bind({
      model: 'visits_monthly',
      columns: [
        { name: 'visit_id', type: 'bigint', notNull: true },
        { name: 'customer_id', type: 'bigint', notNull: false },
      ],
      unique: [['visit_id']],
      meta: { graphql: { type: 'MonthlyVisit', field: 'monthlyVisits' } },
    });
    expect(errors).toEqual([]);
    expect(schema?.types['Customer']?.fields['monthlyVisits']?.kind).toBe('many');
    expect(schema?.types['MonthlyVisit']?.fields['customer']?.kind).toBe('one');
  });

  test('is a single row on its neighbour where the key is unique', () => {
    const { schema, errors } = bind({
      model: 'loyalties',
      columns: [{ name: 'customer_id', type: 'bigint', notNull: true }],
      unique: [['customer_id']],
    });
    expect(errors).toEqual([]);
    expect(schema?.types['Customer']?.fields['loyalty']?.kind).toBe('one');
  });

  test('is left to the SDL that binds it', () => {
    const { schema, errors } = bindSchema(shopSources, {
      relations: shopCatalog.relations.map((relation) => ({ ...relation, meta: { graphql: true } })),
    });
    expect(errors.filter((error) => error.message.includes('orders'))).toEqual([]);
    expect(Object.keys(schema?.types ?? {})).toContain('Order');
  });

  test.each([
    [{ unique: [] }, 'SCHEMA_KEY', 'tell its rows apart'],
    [{ meta: { graphql: { type: 'Customer' } } }, 'SCHEMA_NAME_TAKEN', 'type Customer'],
    [{ meta: { graphql: { field: 'customers' } } }, 'SCHEMA_NAME_TAKEN', 'root field customers'],
  ] satisfies [Partial<CatalogRelation>, string, string][])(
    'is refused with %j',
    (relation, code, message) => {
      const { errors } = bind(relation);
      expect(errors.map((error) => error.code)).toEqual([code]);
      expect(errors[0]?.message).toContain(message);
      expect(errors[0]?.hint).toBeDefined();
    },
  );
});
