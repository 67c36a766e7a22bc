import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../../src/access/key-store.js';
import type { ThauError } from '../../../src/errors/thau-error.js';
import type { Log } from '../../../src/api/log.js';
import { readOperations } from '../../../src/api/flat/trusted-operation.js';
import { writeRows } from '../../../src/api/flat/write-rows.js';
import { buildSchema } from 'graphql';
import { publishFixture, shop } from '../support/publish-fixture.js';
import { serveFixture, type Served } from '../support/serve-fixture.js';

const orders = `
# Orders of one customer.
query orders_of($id: ID!) {
  customer(id: $id) { fullName customerId }
}`;
const all = `query all_orders($first: Int = 10, $after: String) {
  orders(first: $first, after: $after) { edges { node { orderId orderedAt total: amount customer { customerId fullName } } } }
}`;

let served: Served;
let bi: string;
/** Every line of the server's log. */
const lines: string[] = [];
const logged: Log = {
  info: (...line) => lines.push(JSON.stringify(line)),
  warn: (...line) => lines.push(JSON.stringify(line)),
  error: (...line) => lines.push(JSON.stringify(line)),
};

beforeAll(async () => {
  served = await serveFixture({ slowStatement: 0 }, logged);
  await publishFixture(served.home, {
    ...shop,
    sdl: shop.sdl.replace('order(id', 'orders: OrderConnection! @many(order: ["order_id"])\n order(id'),
    models: {
      ...shop.models,
      orders: `select * from (values (10, 1, timestamptz '2026-01-05 03:00:00Z', 1250000.50::numeric),
          (11, 1, timestamptz '2026-02-05 03:00:00.25Z', 90000)) as o (order_id, customer_id, ordered_at, amount)`,
    },
    operations: { 'orders_of.graphql': orders, 'all_orders.graphql': all },
  });
  await served.published();
  ({ text: bi } = await createKey(served.home, { name: 'excel', kind: 'bi' }));
});
afterAll(() => served.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${served.api.url}/q${path}`, { headers: { authorization: `Bearer ${bi}`, ...headers } });

describe('a trusted operation', () => {
  test('is answered as JSON rows with exact numbers', async () => {
    const response = await get('/all_orders.json');
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain('"total":1250000.50');
    expect(JSON.parse(text)).toEqual([
      {
        orderId: 10,
        orderedAt: '2026-01-05T03:00:00+00:00',
        total: 1250000.5,
        customer_customerId: 1,
        customer_fullName: 'Nguyễn Thị Ánh',
      },
      {
        orderId: 11,
        orderedAt: '2026-02-05T03:00:00.25+00:00',
        total: 90000,
        customer_customerId: 1,
        customer_fullName: 'Nguyễn Thị Ánh',
      },
    ]);
  });

  test('is answered as CSV, with a byte order mark for Excel', async () => {
    const response = await get('/all_orders.csv?_bom=1&_limit=1');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString('utf8').slice(1)).toBe(
      'orderId,orderedAt,total,customer_customerId,customer_fullName\r\n10,2026-01-05T03:00:00+00:00,1250000.50,1,Nguyễn Thị Ánh\r\n',
    );
  });

  test('is answered as a line of JSON a row', async () => {
    const lines = (await (await get('/all_orders.ndjson')).text()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { orderId: number }).orderId)).toEqual([10, 11]);
  });

  test('of one row is one row, and of none no rows', async () => {
    expect(await (await get('/orders_of.json?id=Customer:1')).json()).toEqual([
      { fullName: 'Nguyễn Thị Ánh', customerId: 1 },
    ]);
    expect(await (await get('/orders_of.json?id=Customer:99')).json()).toEqual([]);
    expect(await (await get('/orders_of.csv?id=Customer:99')).text()).toBe('fullName,customerId\r\n');
  });

  test('is asked again by its tag', async () => {
    const etag = (await get('/all_orders.json')).headers.get('etag') ?? '';
    expect((await get('/all_orders.json', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/all_orders.csv', { 'if-none-match': etag })).status).toBe(200);
  });

  test('is listed with its parameters and columns', async () => {
    const list = (await (await get('')).json()) as { name: string }[];
    expect(list.find(({ name }) => name === 'orders_of')).toEqual({
      name: 'orders_of',
      description: 'Orders of one customer.',
      urls: [
        '/q/orders_of.json',
        '/q/orders_of.csv',
        '/q/orders_of.ndjson',
        '/q/orders_of.arrow',
        '/q/orders_of.schema.json',
      ],
      parameters: [{ name: 'id', type: 'ID!', default: null }],
      columns: [
        { name: 'fullName', type: 'String' },
        { name: 'customerId', type: 'Int' },
      ],
    });
    expect(await (await get('/all_orders.schema.json')).json()).toMatchObject({
      items: { properties: { total: { type: ['number', 'null'] } } },
    });
  });

  test.each([
    ['/nothing.json', 404],
    ['/all_orders.xml', 404],
    ['/..%2f..%2fpackage.json', 404],
    ['/__proto__.json', 404],
    ['/all_orders.json?unknown=1', 400],
    ['/all_orders.json?_limit=x', 400],
    ['/all_orders.json?_limit=-1', 400],
    ['/all_orders.json?_limit=1&_limit=2', 400],
    ['/all_orders.json?_after=tampered', 400],
    ['/orders_of.json', 400],
  ])('%s is %i, with a code', async (path, status) => {
    const response = await get(path);
    const text = await response.text();
    expect(response.status, text).toBe(status);
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toMatch(/./);
  });

  test('takes a key in the URL only of the kind bi', async () => {
    const plain = (key: string): Promise<Response> => fetch(`${served.api.url}/q/all_orders.json?key=${key}`);
    const good = await plain(bi);
    expect(good.status).toBe(200);
    expect(good.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await plain(served.key)).status).toBe(403);
    expect((await plain('thau_x')).status).toBe(401);
    expect((await fetch(`${served.api.url}/q/all_orders.json`)).status).toBe(401);
    expect((await fetch(`${served.api.url}/q`)).status).toBe(401);
  });

  test('leaves a key in its URL out of the log, slow statements and faults included, and names no referrer', async () => {
    const { database } = served.home;
    const ask = (path: string): Promise<Response> => fetch(`${served.api.url}/q${path}key=${bi}`);
    for (const path of ['?', '/openapi.json?', '/all_orders.csv?', '/orders_of.json?']) {
      expect((await ask(path)).headers.get('referrer-policy'), path).toBe('no-referrer');
    }
    // a fault of the database, which is a line of the log
    await database.query('alter table unified__r1.customers rename to gone');
    const failed = await ask('/orders_of.json?id=Customer:2&');
    await database.query('alter table unified__r1.gone rename to customers');
    expect(failed.status).toBeGreaterThanOrEqual(500);
    await expect.poll(() => lines.some((line) => line.includes('slow statement'))).toBe(true);
    expect(lines.some((line) => !line.includes('slow statement'))).toBe(true);
    expect(lines.filter((line) => line.includes(bi.slice(-32)))).toEqual([]);
  });
});

describe('CSV', () => {
  const column = (name: string, type: string) => ({ name, path: [name], type, list: false });
  test('marks texts that a spreadsheet would compute, and nothing else', async () => {
    const columns = [
      column('t', 'String'),
      column('n', 'Decimal'),
      column('p', 'PhoneNumber'),
      column('f', 'Float'),
    ];
    const rows = [
      { t: '=1+1', n: '-5.00', p: '+84901234567', f: -0.5 },
      { t: 'a,"b"\nc', n: null, p: null, f: null },
    ];
    expect(await writeRows('csv', columns, rows, { bom: false, raw: false })).toBe(
      `t,n,p,f\r\n'=1+1,-5.00,+84901234567,-0.5\r\n"a,""b""\nc",,,\r\n`,
    );
    expect(await writeRows('csv', columns, rows, { bom: false, raw: true })).toContain('\r\n=1+1,');
  });
});

describe('an operation that cannot become flat rows', () => {
  const schema = buildSchema(
    'type Query { a: A as: [A!]! n: Int } type A { x: Int b: B bs: [B!] } type B { y: Int }',
  );
  test.each([
    ['{ a { x } }', 'has a name'],
    ['query q { a { x } as { x } }', 'one root field'],
    ['query q { n }', 'gives no rows'],
    ['query q { a { bs { y } } }', 'a.bs'.slice(2)],
    ['query q { nothing }', 'Cannot query field'],
    ['query q { a { ...F } } fragment F on A { x }', 'fragments are not spread'],
    ['mutation m { x }', ''],
    ['query q {', 'Syntax Error'],
  ])('%s is left out and told', (text, said) => {
    const faults: ThauError[] = [];
    const operations = readOperations(schema, [{ file: 'schema/operations/q.graphql', text }], (fault) =>
      faults.push(fault),
    );
    expect(operations.size).toBe(0);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code: 'API_OPERATION' });
    expect(faults[0]?.message).toContain(said);
    expect(faults[0]?.message).toMatch(/[^.?][.?]$/);
  });
});
