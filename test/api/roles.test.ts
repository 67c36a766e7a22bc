import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/access/key-store.js';
import { RoleBook } from '../../src/access/role-book.js';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { post, serveFixture, type Answer, type Served } from './support/serve-fixture.js';

const fixture: Fixture = {
  ...shop,
  sdl: shop.sdl
    .replace('fullName: String', 'fullName: String @pii(kind: NAME)\n storeId: String')
    .replace('amount: Decimal!', 'amount: Decimal!\n storeId: String\n note: String! @pii(kind: TEXT)')
    .replace('order(id: ID!): Order @one', 'order(id: ID!): Order @one\n orders: OrderConnection! @many'),
  models: {
    customers: `select * from (values (1, 'Nguyễn Thị Ánh', 'S1'), (2, 'Trần Bảo', 'S2'), (3, null, 'S1'))
      as c (customer_id, full_name, store_id)`,
    orders: `select * from (values
      (10, 1, timestamptz '2026-01-05 03:00:00Z', 1250000.50::numeric, 'S1', 'a'),
      (11, 1, timestamptz '2026-02-05 03:00:00Z', 90000, 'S1', 'b'),
      (12, 2, timestamptz '2026-02-06 03:00:00Z', 5, 'S2', 'c')) as o (order_id, customer_id, ordered_at, amount, store_id, note)`,
  },
  operations: {
    'names.graphql': 'query names { customers { edges { node { fullName } } } }',
    'totals.graphql': 'query totals { ordersAggregate { count } }',
  },
};

const roles = new RoleBook([
  { name: 'analyst', masks: { name: 'partial', text: 'null' } },
  { name: 'store', row_filters: { store_id: 'store' } },
  { name: 'figures', operations: ['totals'] },
  { name: 'careful', min_group: 2 },
  { name: 'operator', may: ['work', 'warehouse'] },
  { name: 'slow', requests_per_minute: 6 },
]);

let served: Served;
beforeAll(async () => {
  served = await serveFixture({ roles });
  await publishFixture(served.home, fixture);
  await served.published();
});
afterAll(() => served.close());

const keyOf = async (...names: string[]): Promise<string> =>
  (await createKey(served.home, { name: names.join(), roles: names, claims: { store: 'S1' } })).text;
const as = async (role: string, query: string): Promise<Answer> =>
  post(served.api.url, await keyOf(role), { query });
const codeOf = ({ body }: Answer): unknown => body.errors?.[0]?.extensions['code'];

describe('a role of thau.yml', () => {
  const names = '{ customers { nodes { customerId fullName } } }';

  test('masks personal data, also where another role asked the same before', async () => {
    const plain = {
      customers: {
        nodes: expect.arrayContaining([{ customerId: 1, fullName: 'Nguyễn Thị Ánh' }]) as unknown,
      },
    };
    const masked = {
      customers: { nodes: expect.arrayContaining([{ customerId: 1, fullName: 'N***' }]) as unknown },
    };
    const analyst = await keyOf('analyst');
    for (let round = 0; round < 3; round += 1) {
      expect((await served.ask(names)).body.data).toEqual(plain);
      expect((await post(served.api.url, analyst, { query: names })).body.data).toEqual(masked);
    }
  });

  test('may not see as null what the schema says is never null', async () => {
    const answer = await as('analyst', '{ orders { nodes { note } } }');
    expect(codeOf(answer)).toBe('QUERY_FORBIDDEN');
    expect(answer.body).not.toHaveProperty('data');
  });

  test('sees only rows of its own claim, and nothing without the claim', async () => {
    const query =
      '{ customers { totalCount nodes { customerId } } ordersAggregate { count } order(id: "12") { orderId } }';
    expect((await as('store', query)).body.data).toEqual({
      customers: { totalCount: 2, nodes: [{ customerId: 1 }, { customerId: 3 }] },
      ordersAggregate: [{ count: 2 }],
      order: null,
    });
    const { text } = await createKey(served.home, { name: 'no claim', roles: ['store'] });
    const { body } = await post(served.api.url, text, { query: '{ customers { totalCount } }' });
    expect(body.data).toEqual({ customers: { totalCount: 0 } });
  });

  test('asks its trusted operations alone, by POST and by GET /q', async () => {
    const key = await keyOf('figures');
    const ask = (query: string): Promise<Answer> => post(served.api.url, key, { query });
    expect((await ask('query totals {\n ordersAggregate { count } }')).body.data).toEqual({
      ordersAggregate: [{ count: 3 }],
    });
    await served.ask(names);
    for (const query of [
      names,
      'query totals { ordersAggregate { count sum { amount } } }',
      '{ __schema { types { name } } }',
    ]) {
      const answer = await ask(query);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
    }
    const get = (path: string): Promise<Response> =>
      fetch(`${served.api.url}${path}`, { headers: { 'x-api-key': key } });
    expect((await get('/q/totals.json')).status).toBe(200);
    expect((await get('/q/names.json')).status).toBe(404);
    expect(((await (await get('/q')).json()) as { name: string }[]).map(({ name }) => name)).toEqual([
      'totals',
    ]);
  });

  test('sees no figures of groups that are too small', async () => {
    const query = '{ ordersAggregate { keys { storeId } count sum { amount } } }';
    expect((await as('careful', query)).body.data).toEqual({
      ordersAggregate: [{ keys: { storeId: 'S1' }, count: 2, sum: { amount: '1340000.50' } }],
    });
    expect((await served.ask(query)).body.data?.['ordersAggregate']).toHaveLength(2);
  });

  test('reads runs and asks for work only where it may', async () => {
    const runs = '{ warehouse { runs { totalCount } models { name } } }';
    expect(codeOf(await as('reader', runs))).toBe('QUERY_FORBIDDEN');
    expect(
      (await as('reader', '{ warehouse { models { name } currentGeneration { generation } } }')).body.errors,
    ).toBeUndefined();
    expect((await as('operator', runs)).body.data).toMatchObject({ warehouse: { runs: { totalCount: 1 } } });
    const start = 'mutation { startRun { kind } }';
    expect(codeOf(await as('analyst', start))).toBe('FORBIDDEN');
    expect((await as('operator', start)).body.data).toEqual({ startRun: { kind: 'run' } });
  });

  test('of several is named by the request, and no other is taken', async () => {
    const key = await keyOf('analyst', 'store');
    const under = (role: string): Promise<Answer> =>
      post(served.api.url, key, { query: names }, { 'x-thau-role': role });
    const fullNames = (answer: Answer): unknown[] =>
      (answer.body.data as { customers: { nodes: { fullName: unknown }[] } }).customers.nodes.map(
        (one) => one.fullName,
      );
    expect(fullNames(await post(served.api.url, key, { query: names }))).toEqual(['N***', 'T***', null]);
    expect(fullNames(await under('store'))).toEqual(['Nguyễn Thị Ánh', null]);
    for (const other of ['admin', 'nobody', '', 'analyst,store']) {
      const answer = await under(other);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
    }
  });

  test('that thau.yml no longer has opens nothing', async () => {
    const answer = await as('gone', names);
    expect([answer.status, codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
    expect(answer.body.errors?.[0]?.message).toContain('"gone"');
  });

  test('that asks too often is told when to come again', async () => {
    const key = await keyOf('slow');
    expect((await post(served.api.url, key, { query: names })).status).toBe(200);
    const second = await post(served.api.url, key, { query: names });
    expect([second.status, codeOf(second)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    // another key of the role has its own count
    expect((await as('slow', names)).status).toBe(200);
  });
});
