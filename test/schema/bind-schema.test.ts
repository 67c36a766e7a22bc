import { printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { executableSchema } from '../../src/schema/executable-schema.js';
import { shopCatalog, shopSdl, shopSources } from './shop.js';

const errorsOf = (text: string) =>
  bindSchema([{ file: 'schema/shop.graphql', text }], shopCatalog).errors.map(
    (error) =>
      `${error.code} ${error.at?.line ?? 0}:${error.at?.column ?? 0} ${error.message}${error.hint ? ` | ${error.hint}` : ''}`,
  );

describe('a schema that fits its relations', () => {
  const { schema, errors, warnings } = bindSchema(shopSources, shopCatalog);

  test('binds without a fault', () => {
    expect(errors).toEqual([]);
    expect(warnings.map((warning) => warning.message)).toEqual([]);
  });

  test('is plain data', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  test('publishes generated types and no binding directive', () => {
    const sdl = schema?.sdl ?? '';
    expect(sdl).toContain('type OrderConnection');
    expect(sdl).toContain('input OrderFilter');
    expect(sdl).toContain('ordersAggregate(');
    expect(sdl).not.toContain('@relation');
    expect(sdl).not.toContain('enum PiiKind');
    expect(printSchema(executableSchema(schema!))).toContain('input CustomerOrderBy @oneOf');
  });
});

test('a project without SDL still gets its warehouse and metrics', () => {
  const { schema, errors } = bindSchema([], shopCatalog);
  expect(errors).toEqual([]);
  expect(Object.keys(schema?.types['Query']?.fields ?? {})).toEqual(
    expect.arrayContaining(['warehouse', 'metrics', 'metricCatalog', 'node']),
  );
});

describe('faults', () => {
  test('all are gathered, each with its place', () => {
    const broken = shopSdl
      .replace('model: "orders"', 'model: "order"')
      .replace('fullName: String', 'fulName: String')
      .replace('nps: Int', 'nps: Boolean');
    expect(errorsOf(broken).length).toBeGreaterThanOrEqual(3);
  });
});
