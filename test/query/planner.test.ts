import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

test('an instant is written as the description of DateTime shows it', async () => {
  const example = /(\d{4}-\S+?)\.?$/.exec(shop.schema.getType('DateTime')?.description ?? '')?.[1] ?? '';
  const form = (instant: string): string => instant.replace(/\.\d+/, '').replace(/\d/g, '0');
  const { data } = await shop.ask('{ customers(first: 1) { nodes { createdAt } } }');
  const customers = data?.['customers'] as { readonly nodes: readonly { readonly createdAt: string }[] };
  expect(form(customers.nodes[0]?.createdAt ?? '')).toBe(form(example));
});

test('before PostgreSQL 17, which has no JSON_SCALAR, to_json writes the same', async () => {
  const older = await Asker.connect(shop.bound, database.url, { jsonScalar: false });
  const document =
    '{ customers(first: 50) { nodes { id fullName email city tags profile birthDate createdAt segments { name } orders(first: 9) { nodes { id status orderedAt } } } } }';
  shop.statements = [];
  const answers = [await shop.ask(document), await older.ask(document)];
  await older.end();
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]).not.toHaveProperty('errors');
  expect(shop.statements.join()).toContain('json_scalar(');
  expect(older.statements.join()).toContain('to_json(');
  expect(older.statements.join()).not.toContain('json_scalar(');
});

describe('the 360 view', () => {
  test('answers everything about one customer in one statement', async () => {
    shop.statements = [];
    const answer = await shop.ask(
      /* GraphQL */ `
        query ($by: CustomerBy!) {
          customer(by: $by) {
            id
            fullName
            email
            city
            lifetimeValue
            churnRisk
            nps
            tags
            profile
            birthDate
            createdAt
            scores(names: ["churn", "ltv"]) {
              name
              value
              computedAt
            }
            orders(first: 2) {
              totalCount
              edges {
                cursor
                node {
                  id
                  status
                  revenue
                  orderedAt
                }
              }
              pageInfo {
                hasNextPage
                endCursor
              }
            }
            ordersAggregate {
              keys {
                status
              }
              count
              sum {
                revenue
              }
            }
            lastOrder {
              id
              itemCount
              customer {
                fullName
              }
            }
            segments {
              name
              membersAggregate {
                count
              }
            }
            timeline(last: 2) {
              nodes {
                __typename
                occurredAt
                ... on Visit {
                  pageUrl
                }
                ... on Call {
                  id
                  waitSeconds
                }
              }
            }
            touches {
              __typename
              ... on Visit {
                pageUrl
              }
            }
            whySame(other: "Customer:3")
          }
        }
      `,
      { by: { email: ' C6@Example.com ' } },
    );
    expect(answer.errors).toBeUndefined();
    expect(shop.statements).toHaveLength(1);
  });
});
