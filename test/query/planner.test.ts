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
