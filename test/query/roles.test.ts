import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/query/role.js';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { shopCatalog, shopSources } from '../schema/shop.js';
import type { TestDatabase } from '../support/test-database.js';
import { Asker } from './ask.js';
import { createShop } from './shop-database.js';

let database: TestDatabase;
let shop: Asker;

beforeAll(async () => {
  database = await createShop();
  const { schema } = bindSchema(shopSources, shopCatalog);
  if (!schema) throw new Error('the shop does not bind');
  shop = await Asker.connect(schema, database.url);
});

afterAll(async () => {
  await shop.end();
  await database.drop();
});

const analyst: Role = {
  key: 'analyst',
  masks: { NAME: 'partial', EMAIL: 'hash', BIRTH_DATE: 'null' },
  rowFilters: [],
  mayLookup: false,
  mayOperate: false,
  minGroup: 1,
};
const own: Role = {
  key: 'own',
  masks: {},
  rowFilters: [{ column: 'customer_id', claim: 'customer', except: ['segments'] }],
  mayLookup: false,
  mayOperate: false,
  minGroup: 1,
};

describe('masks', () => {
  test('show a part, a digest, or nothing', async () => {
    const { data } = await shop.ask(
      '{ customerById(id: "1") { fullName email birthDate city } }',
      {},
      { role: analyst },
    );
    expect(data).toEqual({
      customerById: {
        fullName: 'T***',
        email: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        birthDate: null,
        city: 'Huế',
      },
    });
  });

  test.each([
    ['filter by', '{ customers(filter: {fullName: {contains: "an"}}) { totalCount } }'],
    ['filter by', '{ orders(filter: {customer: {email: {eq: "c1@example.com"}}}) { totalCount } }'],
    ['sort by', '{ customers(orderBy: [{email: ASC}]) { nodes { id } } }'],
    ['aggregate', '{ customersAggregate { keys { fullName } count } }'],
    ['aggregate', '{ customersAggregate { min { birthDate } } }'],
    ['aggregate', '{ customersAggregate(groupBy: [EMAIL]) { count } }'],
    ['look up by', '{ customer(by: {email: "c1@example.com"}) { id } }'],
  ])('cannot be got round: %s in %s', async (action, query) => {
    const { errors, data } = await shop.ask(query, {}, { role: analyst });
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions['code']).toBe('QUERY_FORBIDDEN');
    expect(errors?.[0]?.message).toContain(action);
  });

  test('may be looked up by with the permission', async () => {
    const { data } = await shop.ask(
      '{ customer(by: {email: "c1@example.com"}) { fullName } }',
      {},
      { role: { ...analyst, key: 'agent', mayLookup: true } },
    );
    expect(data).toEqual({ customer: { fullName: 'T***' } });
  });

  test('of one role are not served to another', async () => {
    const query = '{ customerById(id: "1") { fullName } }';
    const masked = await shop.ask(query, {}, { role: analyst });
    const plain = await shop.ask(query);
    expect([masked.data, plain.data]).toEqual([
      { customerById: { fullName: 'T***' } },
      { customerById: { fullName: 'Trần Thị Bình' } },
    ]);
  });
});

describe('row filters', () => {
  const asks = (query: string, claims: Record<string, unknown> = { customer: 2 }) =>
    shop.ask(query, {}, { role: own, claims });

  test('hold wherever a relation is read', async () => {
    const { data } = await asks(/* GraphQL */ `
      {
        customers {
          totalCount
          nodes {
            id
          }
        }
        other: customerById(id: "4") {
          id
        }
        node(id: "Customer:4") {
          id
        }
        ordersAggregate {
          count
        }
        segments {
          name
          membersAggregate {
            count
          }
          members {
            nodes {
              id
            }
          }
        }
        customersAggregate(filter: { orders: { some: {} } }) {
          count
        }
      }
    `);
    const orders = await database.query('select count(*)::int as n from shop.orders where customer_id = 2');
    expect(data).toMatchObject({
      customers: { totalCount: 1, nodes: [{ id: 'Customer:2' }] },
      other: null,
      node: null,
      ordersAggregate: [{ count: orders[0]!['n'] }],
      customersAggregate: [{ count: 1 }],
    });
    const segments = data?.['segments'] as { members: { nodes: { id: string }[] } }[];
    expect(new Set(segments.flatMap((segment) => segment.members.nodes.map(({ id }) => id)))).toEqual(
      new Set(['Customer:2']),
    );
  });

  test('without the claim show nothing', async () => {
    expect((await asks('{ customers { totalCount } }', {})).data).toEqual({ customers: { totalCount: 0 } });
  });

  test('refuse a relation that lacks the column', async () => {
    const { errors } = await shop.ask(
      '{ segments { name } }',
      {},
      {
        role: { ...own, key: 'x', rowFilters: [{ ...own.rowFilters[0]!, except: [] }] },
        claims: { customer: 2 },
      },
    );
    expect(errors?.[0]?.message).toBe(
      'the caller\'s role sees only rows of its own customer_id, which "segments" does not have',
    );
  });
});
