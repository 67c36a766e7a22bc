import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import type { Catalog } from '../../src/schema/catalog.js';
import { shopCatalog, shopSources } from '../schema/shop.js';
import type { TestDatabase } from '../support/test-database.js';
import { Asker } from './ask.js';
import { createShop } from './shop-database.js';

let database: TestDatabase;
let shop: Asker;
let large: Asker;

const bind = (catalog: Catalog) => {
  const { schema } = bindSchema(shopSources, catalog);
  if (!schema) throw new Error('the shop does not bind');
  return schema;
};

beforeAll(async () => {
  database = await createShop();
  shop = await Asker.connect(bind(shopCatalog), database.url);
  const grown = shopCatalog.relations.map((relation) => ({ ...relation, estimatedRows: 5_000_000 }));
  large = await Asker.connect(bind({ ...shopCatalog, relations: grown }), database.url);
});

afterAll(async () => {
  await shop.end();
  await large.end();
  await database.drop();
});

/** Without GraphQL's own validation, which the API runs first: the planner must stand alone too. */
async function fault(asker: Asker, text: string, variables: Record<string, unknown> = {}): Promise<unknown> {
  const { errors, data } = await asker.run({ document: parse(text), variables });
  expect(data).toBeUndefined();
  return errors?.map(({ message, extensions }) => [extensions['code'], message, extensions['hint']]);
}

describe('documents that are too much', () => {
  test('ten thousand aliases', async () => {
    const aliases = Array.from({ length: 10_000 }, (_, index) => `a${index}: name`).join(' ');
    expect(await fault(shop, `{ segments { ${aliases} } }`)).toEqual([
      ['QUERY_TOO_LARGE', 'the request selects more than 5000 fields', undefined],
    ]);
  });

  test('a thousand levels', async () => {
    const text = `{ customerById(id: "1") ${'{ lastOrder { customer '.repeat(500)} { id } ${'} }'.repeat(500)} }`;
    expect(await fault(shop, text)).toEqual([
      ['QUERY_TOO_LARGE', 'the request is more than 30 levels deep', undefined],
    ]);
  });

  test('fragments that spread each other without end', async () => {
    expect(
      await fault(
        shop,
        '{ customerById(id: "1") { ...a } } fragment a on Customer { lastOrder { ...b } } fragment b on Order { customer { ...a } }',
      ),
    ).toEqual([['QUERY_TOO_LARGE', 'the request is more than 30 levels deep', undefined]]);
  });

  test('a fragment that spreads itself at one level is read once', async () => {
    const { data } = await shop.run({
      document: parse('{ customerById(id: "1") { ...a } } fragment a on Customer { id ...a }'),
    });
    expect(data).toEqual({ customerById: { id: 'Customer:1' } });
  });

  test('a document keeps few plans, whatever its values', () => {
    const document = parse(
      'query ($by: CustomerBy!, $n: Int) { customer(by: $by) { recentOrders(first: $n) { id } } }',
    );
    const texts = new Set<string>();
    for (let n = 0; n < 500; n++) {
      const planned = shop.planner.plan({ document, variables: { by: { id: String(n) }, n } });
      if (planned.kind === 'statement') texts.add(planned.plan.text);
    }
    expect(texts.size).toBeLessThanOrEqual(26);
  });
});

describe('large relations', () => {
  test('a filter by a column without an index is refused, with the index to declare', async () => {
    expect(await fault(large, '{ customers(filter: {city: {eq: "Huế"}}) { nodes { id } } }')).toEqual([
      [
        'QUERY_UNINDEXED',
        '"customers" is large, and its column "home_city" has no index to filter by',
        "Declare an index in the model's config: indexes: [{columns: [home_city]}].",
      ],
    ]);
  });

  test('an order by a column without an index is refused', async () => {
    expect(await fault(large, '{ customers(orderBy: [{nps: DESC}]) { nodes { id } } }')).toMatchObject([
      [
        'QUERY_UNINDEXED',
        '"customers" is large, and its column "nps" has no index to sort by',
        "Declare an index in the model's config: indexes: [{columns: [nps]}].",
      ],
    ]);
  });

  test('an indexed filter beside it makes it welcome', async () => {
    const { errors } = await large.ask(
      '{ customers(filter: {city: {eq: "Huế"}, id: {in: ["1", "2"]}}) { nodes { id } } orders(first: 1) { nodes { id } } }',
    );
    expect(errors).toBeUndefined();
  });

  test('rows of one parent may be filtered by anything', async () => {
    const { errors } = await large.ask(
      '{ customerById(id: "1") { orders(filter: {revenue: {gt: "1"}}) { totalCount } } }',
    );
    expect(errors).toBeUndefined();
  });
});

describe('the operation', () => {
  test('must be named when there are several', async () => {
    expect(await fault(shop, 'query a { __typename } query b { __typename }')).toMatchObject([
      [
        'OPERATION_RESOLUTION_FAILURE',
        'Must provide operation name if query contains multiple operations.',
        undefined,
      ],
    ]);
  });

  test('must exist', async () => {
    const { errors } = await shop.run({ document: parse('query a { __typename }'), operationName: 'b' });
    expect(errors?.[0]?.message).toBe('Unknown operation named "b".');
  });
});

describe('text as a value', () => {
  test.each([`'; drop table shop.customers; --`, '\\', '$1', '\u0001', '%_\\%', '"', "E'\\''"])(
    'is a parameter: %j',
    async (text) => {
      const { data, errors } = await shop.ask(
        'query ($t: String!) { customers(filter: {or: [{fullName: {eq: $t}}, {fullName: {contains: $t}}]}) { totalCount } segment(name: $t) { name } }',
        { t: text },
      );
      expect(errors).toBeUndefined();
      expect(data).toHaveProperty('customers.totalCount');
    },
  );

  test('numbers at the ends of their range are compared, not refused', async () => {
    const { errors } = await shop.ask(
      `{ orders(filter: {and: [
           {orderId: {in: ["9223372036854775807", "-9223372036854775808"]}}, {itemCount: {lt: 2147483647}},
           {revenue: {lt: "1e200"}}, {orderedAt: {lt: "9999-12-31T23:59:59.999999Z"}}, {orderedAt: {gt: "0001-01-01T00:00:00Z"}}
         ]}) { totalCount } customers(filter: {churnRisk: {lt: 1e308}}) { totalCount } }`,
    );
    expect(errors).toBeUndefined();
  });
});
