import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { serveFixture, type Served } from './support/serve-fixture.js';

/** Orders of January, by number and day. */
const orders = (days: readonly (readonly [id: number, day: number])[]): Fixture => ({
  ...shop,
  sdl: `${shop.sdl} extend type Query { orders: OrderConnection! @many(order: ["ordered_at"]) }`,
  models: {
    ...shop.models,
    orders: `select id as order_id, 1 as customer_id, timestamptz '2026-01-01Z' + day * interval '1 day' as ordered_at, 1.0 as amount
      from (values ${days.map(([id, day]) => `(${id}, ${day})`).join(', ')}) as d (id, day)`,
  },
});

let served: Served;
beforeAll(async () => {
  served = await serveFixture();
});
afterAll(() => served.close());

interface Page {
  readonly ids: number[];
  readonly pageInfo: {
    startCursor: string;
    endCursor: string;
    hasNextPage: boolean;
    hasPreviousPage: boolean;
  };
}
async function page(rest: string): Promise<Page> {
  const { body } = await served.ask(
    `{ orders(${rest}) { nodes { orderId } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
  );
  expect(body.errors).toBeUndefined();
  const found = body.data?.['orders'] as { nodes: { orderId: number }[]; pageInfo: Page['pageInfo'] };
  return { ids: found.nodes.map(({ orderId }) => orderId), pageInfo: found.pageInfo };
}
async function publish(fixture: Fixture): Promise<void> {
  const generation = await publishFixture(served.home, fixture);
  await expect
    .poll(async () => (await fetch(`${served.api.url}/health/ready`)).json())
    .toMatchObject({ generation });
}

test('pages go on where they were, in both directions, through publishes that bring and take rows', async () => {
  await publish(
    orders([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
      [6, 6],
    ]),
  );
  const first = await page('first: 2');
  const last = await page('last: 2');
  expect([first.ids, last.ids]).toEqual([
    [1, 2],
    [5, 6],
  ]);
  // the rows that the cursors stand at are gone, and others came before, at and behind them
  await publish(
    orders([
      [10, 0],
      [1, 1],
      [12, 2],
      [3, 3],
      [13, 3],
      [4, 4],
      [15, 5],
      [6, 6],
      [16, 7],
    ]),
  );
  const next = await page(`first: 3, after: ${JSON.stringify(first.pageInfo.endCursor)}`);
  expect(next.ids).toEqual([12, 3, 13]);
  expect(next.pageInfo.hasNextPage).toBe(true);
  const before = await page(`last: 3, before: ${JSON.stringify(last.pageInfo.startCursor)}`);
  expect(before.ids).toEqual([3, 13, 4]);
  expect(before.pageInfo.hasPreviousPage).toBe(true);
  // on to the end, and back to the beginning
  await publish(
    orders([
      [10, 0],
      [4, 4],
      [6, 6],
    ]),
  );
  const end = await page(`first: 3, after: ${JSON.stringify(next.pageInfo.endCursor)}`);
  expect([end.ids, end.pageInfo.hasNextPage]).toEqual([[4, 6], false]);
  const begin = await page(`last: 3, before: ${JSON.stringify(before.pageInfo.startCursor)}`);
  expect([begin.ids, begin.pageInfo.hasPreviousPage]).toEqual([[10], false]);
});
