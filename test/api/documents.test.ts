import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../src/access/key-store.js';
import { RoleBook } from '../../src/access/role-book.js';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { post, serveFixture, type Served } from './support/serve-fixture.js';

const fragment = `fragment customer_360 on Customer {
  id
  fullName
  orders(first: 2, orderBy: [{ orderedAt: ASC }]) {
    nodes { orderId amount orderedAt }
    totalCount
  }
}`;
const fixture: Fixture = {
  ...shop,
  sdl: shop.sdl.replace('fullName: String', 'fullName: String @pii(kind: NAME)'),
  documents: {
    'customer.graphql': fragment,
    'wrong.graphql': 'fragment wrong on Customer { nothing }',
    'live.graphql': 'fragment live on Warehouse { currentGeneration { generation } }',
    'query.graphql': '{ customers { totalCount } }',
  },
};

const patience = { timeout: 30_000 };
let served: Served;
const lines: string[] = [];
/** What was told at the start. */
let first = '';

beforeAll(async () => {
  const note = (message: string, facts?: object): void =>
    void lines.push(JSON.stringify({ message, ...facts }));
  served = await serveFixture(
    {
      cacheBytes: 0,
      // every statement is told
      slowStatement: 0,
      roles: new RoleBook([{ name: 'masked', masks: { name: 'partial' } }]),
    },
    { info: note, warn: note, error: note },
  );
});
afterAll(() => served.close());

const statements = (): string => lines.filter((line) => line.includes('slow statement')).join('\n');
const byId = `query($id: ID!) { customer(id: $id) { ...customer_360 } } ${fragment}`;
const spelled = `query($id: ID!) { customer(id: $id) ${fragment.replace('fragment customer_360 on Customer', '')} }`;
const all = `{ customers(first: 1) { nodes { ...customer_360 } } } ${fragment}`;
// a field more: no document holds that
const other = `query($id: ID!) { customer(id: $id) { ...customer_360 customerId } } ${fragment}`;
const answersOf = async (query: string): Promise<unknown[]> => {
  const answers = [];
  for (const id of ['1', '2', '3', '99']) answers.push((await served.ask(query, { id })).body);
  return answers;
};
const withoutMore = (answers: unknown[]): unknown =>
  JSON.parse(JSON.stringify(answers).replace(/,"customerId":\d+/g, ''));

test('a fragment of schema/documents is answered from its table, as it would be live', async () => {
  await publishFixture(served.home, fixture);
  await expect.poll(() => lines.join('\n'), patience).toContain('1 documents are ready');
  first = lines.join('\n');
  lines.length = 0;
  const ready = await answersOf(byId);
  await expect.poll(statements, patience).toMatch(/document_[0-9a-f]{24}/);
  expect(await answersOf(spelled)).toEqual(ready);
  expect((await served.ask(all)).body.data).toMatchObject({
    customers: { nodes: [{ fullName: 'Nguyễn Thị Ánh' }] },
  });
  expect(statements().match(/orders/g)).toBeNull();
  const live = await answersOf(other);
  await expect.poll(statements, patience).toContain('order_id');
  // with the errors of an order without an amount among them
  expect(JSON.stringify(ready)).toMatch(/"errors":.*amount/);
  const bare = (answers: unknown): unknown =>
    JSON.parse(JSON.stringify(answers, (key, value: unknown) => (key === 'locations' ? undefined : value)));
  expect(bare(withoutMore(live))).toEqual(bare(ready));
});

test('a role with masks is answered live', async () => {
  const { text } = await createKey(served.home, { name: 'masked', roles: ['masked'] });
  const { body } = await post(served.api.url, text, { query: byId, variables: { id: '1' } });
  expect(body.data).toMatchObject({ customer: { fullName: 'N***' } });
});

test('a file that cannot be kept ready is told, and nothing else suffers', () => {
  for (const file of ['wrong', 'live', 'query'])
    expect(first).toContain(`schema/documents/${file}.graphql is not kept ready`);
});

test('a publish is answered anew at once, and the tables of what is no longer kept go', async () => {
  lines.length = 0;
  const renamed = { ...fixture.models, customers: `select 1 as customer_id, 'Lan'::text as full_name` };
  await publishFixture(served.home, { ...fixture, models: renamed });
  await expect
    .poll(async () => (await served.ask(byId, { id: '1' })).body.data, patience)
    .toMatchObject({ customer: { fullName: 'Lan' } });
  await expect.poll(() => lines.join('\n'), patience).toContain('1 documents are ready');
  expect((await served.ask(byId, { id: '1' })).body.data).toMatchObject({ customer: { fullName: 'Lan' } });
  const tables = () => served.home.test.query(`select 1 from pg_tables where tablename like 'document\\_%'`);
  expect(await tables()).toHaveLength(2);
  await served.home.test.query(
    `update thau.generations set retired_at = now() where generation < (select generation from thau.pointer)`,
  );
  await publishFixture(served.home, { ...fixture, models: renamed });
  await expect.poll(async () => (await tables()).length, patience).toBe(2);
});
