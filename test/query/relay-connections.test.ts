import fc from 'fast-check';
import { connectionFromArray, offsetToCursor, type ConnectionArguments } from 'graphql-relay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { shopCatalog, shopSources } from '../schema/shop.js';
import type { TestDatabase } from '../support/test-database.js';
import { Asker } from './ask.js';
import { createShop } from './shop-database.js';

let database: TestDatabase;
let shop: Asker;
/** Every customer's id and cursor in each order, as one page shows them. */
const whole = new Map<string, readonly Edge[]>();

interface Edge {
  readonly cursor: string;
  readonly node: { readonly id: string };
}
interface Page {
  readonly edges: readonly Edge[];
  readonly nodes: readonly { readonly id: string }[];
  readonly totalCount: number;
  readonly pageInfo: Readonly<Record<'hasNextPage' | 'hasPreviousPage', boolean>> &
    Readonly<Record<'startCursor' | 'endCursor', string | null>>;
}

// with nulls, with equal values, backwards
const orders = ['[]', '[{ nps: ASC }]', '[{ nps: DESC }, { city: ASC }]', '[{ churnRisk: DESC_NULLS_LAST }]'];

beforeAll(async () => {
  database = await createShop();
  const { schema } = bindSchema(shopSources, shopCatalog);
  if (!schema) throw new Error('the shop does not bind');
  shop = await Asker.connect(schema, database.url);
  for (const order of orders) whole.set(order, (await page(order, { first: 100 })).edges);
});
afterAll(async () => {
  await shop.end();
  await database.drop();
});

async function page(order: string, given: ConnectionArguments): Promise<Page> {
  const { data, errors } = await shop.ask(
    `query ($first: Int, $last: Int, $after: String, $before: String) {
       customers(first: $first, last: $last, after: $after, before: $before, orderBy: ${order}) {
         edges { cursor node { id } } nodes { id } totalCount
         pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
       }
     }`,
    { ...given },
  );
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return data?.['customers'] as Page;
}

test("any page by first or last, after and before, is the page of Relay's own algorithm", async () => {
  const count = whole.get('[]')?.length ?? 0;
  expect(count).toBe(12);
  const size = fc.integer({ min: 1, max: count + 2 });
  const at = fc.option(fc.integer({ min: 0, max: count - 1 }), { nil: undefined });
  const window = fc
    .record({ after: at, before: at })
    .filter(({ after = -1, before = count }) => after < before);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...orders),
      window,
      size,
      fc.boolean(),
      async (order, { after, before }, limit, forward) => {
        const all = whole.get(order) ?? [];
        const limits = forward ? { first: limit } : { last: limit };
        const expected = connectionFromArray([...all], {
          ...limits,
          ...(after !== undefined && { after: offsetToCursor(after) }),
          ...(before !== undefined && { before: offsetToCursor(before) }),
        });
        const found = await page(order, {
          ...limits,
          ...(after !== undefined && { after: all[after]?.cursor ?? '' }),
          ...(before !== undefined && { before: all[before]?.cursor ?? '' }),
        });
        expect(found.edges).toEqual(expected.edges.map(({ node }) => node));
        expect(found.nodes).toEqual(found.edges.map(({ node }) => node));
        expect(found.totalCount).toBe(count);
        expect(found.pageInfo.startCursor).toBe(found.edges[0]?.cursor ?? null);
        expect(found.pageInfo.endCursor).toBe(found.edges.at(-1)?.cursor ?? null);
        // the other direction may be told where it is known; Relay's array helper then says false
        if (forward) expect(found.pageInfo.hasNextPage).toBe(expected.pageInfo.hasNextPage);
        else expect(found.pageInfo.hasPreviousPage).toBe(expected.pageInfo.hasPreviousPage);
      },
    ),
    { numRuns: 150 },
  );
});

test('walking forwards and backwards by any size of page shows every row once, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...orders),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (order, size, forward) => {
        const seen: Edge[] = [];
        for (let cursor: string | undefined; ;) {
          const found = await page(order, {
            ...(forward ? { first: size } : { last: size }),
            ...(cursor !== undefined && (forward ? { after: cursor } : { before: cursor })),
          });
          if (forward) seen.push(...found.edges);
          else seen.unshift(...found.edges);
          const { hasNextPage, hasPreviousPage, endCursor, startCursor } = found.pageInfo;
          if (!(forward ? hasNextPage : hasPreviousPage)) break;
          cursor = (forward ? endCursor : startCursor) ?? '';
        }
        expect(seen).toEqual(whole.get(order));
      },
    ),
    { numRuns: 20 },
  );
});
