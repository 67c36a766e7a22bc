import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RoleBook } from '../../src/access/role-book.js';
import { createKey } from '../../src/access/key-store.js';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, type Served } from './support/serve-fixture.js';

let served: Served;

beforeAll(async () => {
  served = await serveFixture({ roles: new RoleBook([{ name: 'slow', requests_per_minute: 1 }]) });
  await publishFixture(served.home, {
    ...shop,
    sdl: `${shop.sdl} extend type Subscription { newOrders: [Order!]! @many(order: ["order_id"]) }`,
    operations: {
      'people.graphql':
        'query people($ids: [ID!]) { customers(filter: {id: {in: $ids}}) { edges { node { customerId fullName } } } }',
    },
  });
  await served.published();
});
afterAll(() => served.close());

/** What no caller may read: PostgreSQL's words, our relations, stacks. */
const leaks =
  /SQLSTATE|unified__r|pg_catalog|syntax error at|node_modules|\.js:\d+|thau\.pointer|"http"|stacktrace/;

interface Told {
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}
function judge({ errors }: Told, text: string): void {
  expect(errors?.length, text).toBeGreaterThan(0);
  for (const { extensions } of errors ?? []) {
    expect(extensions?.['code'], text).toEqual(expect.any(String));
    expect(extensions?.['code'], text).not.toBe('INTERNAL_SERVER_ERROR');
  }
  expect(text).not.toMatch(leaks);
}

async function byGet(query: string): Promise<void> {
  const response = await fetch(`${served.api.url}/graphql?${new URLSearchParams({ query }).toString()}`, {
    headers: { 'x-api-key': served.key },
  });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(500);
  judge(JSON.parse(text) as Told, text);
}

async function byPost(query: string): Promise<void> {
  const { status, body, text } = await served.ask(query);
  expect(status, text).toBeLessThan(500);
  judge(body, text);
}

async function byStream(query: string, key = served.key): Promise<Response> {
  return fetch(`${served.api.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
}

/** All that comes until the socket closes or the operation ends. */
function bySocket(...messages: readonly (string | object)[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${served.api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const came: string[] = [];
    socket.on('error', reject);
    socket.on('close', (code) => resolve([...came, String(code)]));
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { 'X-API-Key': served.key } }));
    });
    socket.on('message', (data) => {
      const text = (data as Buffer).toString();
      came.push(text);
      if (text.includes('connection_ack')) {
        for (const message of messages) {
          socket.send(typeof message === 'string' ? message : JSON.stringify({ id: '1', ...message }));
        }
      }
      if (/"type":"(error|complete)"/.test(text)) socket.close(1000);
    });
  });
}

beforeEach(async () => {
  const { body } = await served.ask('{ customer(id: "Customer:1") { fullName } }');
  expect(body).toEqual({ data: { customer: { fullName: 'Nguyễn Thị Ánh' } } });
});

describe('a document', () => {
  const many = (text: (n: number) => string, count: number): string =>
    Array.from({ length: count }, (_, n) => text(n)).join(' ');
  test.each([
    [
      'whose root field depends on a variable',
      'subscription($a: Boolean!) { newOrders @skip(if: $a) { orderId } }',
    ],
    ['whose root field depends on nothing', 'subscription { newOrders @include(if: $b) { orderId } }'],
    [
      'whose root fragment depends on a variable',
      'subscription($a: Boolean!) { ...F @include(if: $a) } fragment F on Subscription { newOrders { orderId } }',
    ],
    [
      'whose fragments depend on a variable, in a circle',
      'subscription($a: Boolean!) { ...F } fragment F on Subscription { ...G ... on Subscription { newOrders @skip(if: $a) { orderId } } } fragment G on Subscription { ...F }',
    ],
    ['of two root fields', 'subscription { newOrders { orderId } generationPublished { generation } }'],
    ['of 10,000 aliases', `subscription { ${many((n) => `a${n}: newOrders { orderId }`, 3_000)} }`],
    [
      'of 1,000 levels',
      `subscription { newOrders ${'{ customer { orders { nodes '.repeat(300)}{ id }${' } } }'.repeat(300)} }`,
    ],
    ['with NUL', 'subscription { newOrders { orderId } } \0'],
    ['that is none', '}{'],
    ['that is empty', ''],
    ['with a lone surrogate', 'subscription { generationPublished(after: "\\ud800") { generation } }'],
  ])('%s is an error with a code by every way', async (_name, query) => {
    await byPost(query);
    if (query.length < 8_000) await byGet(query);
    const response = await byStream(query);
    const text = await response.text();
    expect(response.status, text).toBeLessThan(500);
    judge(JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text) as Told, text);
    const came = (await bySocket({ type: 'subscribe', payload: { query } })).join('\n');
    expect(came).not.toMatch(/\n(1011|4500)$/);
    expect(came).not.toMatch(leaks);
    if (query !== '') expect(came).toMatch(/"type":"error".*"code":"\w+"/);
  });

  test('that a key asks too often is told when to come again, by a stream too', async () => {
    const { text: slow } = await createKey(served.home, { name: 'slow', roles: ['slow'] });
    expect((await post(served.api.url, slow, { query: '{ __typename }' })).status).toBe(200);
    const response = await byStream('subscription { newOrders { orderId } }', slow);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    judge((await response.json()) as Told, '');
  });
});

describe('a socket', () => {
  test.each([
    ['half of JSON', '{"id":"1"'],
    ['null', 'null'],
    ['a message without a type', '{}'],
    ['a message of another protocol', '{"type":"start","id":"1","payload":{}}'],
    ['a subscription without a document', '{"type":"subscribe","id":"1","payload":{}}'],
    ['an id that is no text', '{"type":"subscribe","id":1,"payload":{"query":"{ __typename }"}}'],
    ['2 MB', `{"type":"ping","payload":{"x":"${'x'.repeat(2_000_000)}"}}`],
  ])('that sends %s is closed or answered, and nobody else suffers', async (_name, message) => {
    const came = await bySocket(message, { type: 'subscribe', payload: { query: '}' } });
    expect(came.join('\n')).not.toMatch(leaks);
    expect(came.at(-1)).not.toMatch(/^(1011|4500)$/);
  });
});

describe('bytes', () => {
  /** A small generator, so that a failure can be told by its number. */
  const random = (seed: number): (() => number) => {
    let state = seed * 2_654_435_761 + 1;
    return () => {
      state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) | 0;
      return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
    };
  };
  const pick = <T>(next: () => number, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;

  /** A request with bytes changed, cut out, or from elsewhere. */
  function mangled(next: () => number, text: string): Buffer {
    let bytes = Buffer.from(text, 'utf8');
    for (let times = 1 + Math.floor(next() * 5); times > 0; times -= 1) {
      const at = Math.floor(next() * bytes.length);
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      const kind = next();
      if (kind < 0.3)
        bytes = Buffer.concat([before, Buffer.from([Math.floor(next() * 256)]), after.subarray(1)]);
      else if (kind < 0.6) bytes = Buffer.concat([before, after.subarray(Math.floor(next() * 20))]);
      else if (kind < 0.8)
        bytes = Buffer.concat([
          before,
          Buffer.from(pick(next, ['\r\n', '\0', '{', '"', '%00', ': ', '\ud800'])),
          after,
        ]);
      else bytes = Buffer.concat([before, bytes.subarray(0, Math.floor(next() * 60)), after]);
    }
    return bytes;
  }

  /** What comes back until the server closes. Bytes that end too early are given up when nothing has come for a moment. */
  function sent(bytes: Buffer | string, moment?: number): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(served.api.port, '127.0.0.1');
      let came = '';
      if (moment !== undefined) socket.setTimeout(moment, () => socket.end());
      socket.on('data', (data) => (came += data.toString('latin1')));
      socket.on('close', () => resolve(came));
      socket.on('error', () => socket.destroy());
      socket.write(bytes);
    });
  }

  test('of any kind are answered without a fault of the server, or not at all', async () => {
    const body = JSON.stringify({ query: '{ customer(id: "Customer:1") { fullName } }' });
    const head = (line: string): string =>
      `${line} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${served.key}\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const requests = [
      `${head('POST /graphql')}Content-Length: ${body.length}\r\n\r\n${body}`,
      `${head('POST /graphql/stream')}Content-Length: ${body.length}\r\n\r\n${body}`,
      `${head('POST /graphql')}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      `${head('GET /graphql?query=%7B__typename%7D&variables=%7B%7D')}\r\n`,
      `${head('GET /q/people.csv?ids=Customer:1&ids=2&_limit=1&_after=1.AAAA')}\r\n`,
      `${head('GET /graphql')}Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    ];
    const whole = await Promise.all(requests.slice(0, -1).map((one) => sent(one)));
    // the last one's cursor is none of ours
    expect(whole.map((came) => came.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))).toEqual([
      '200',
      '200',
      '200',
      '200',
      '400',
    ]);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const seed = round * 20 + index;
          const next = random(seed);
          const bytes = mangled(next, pick(next, requests));
          const came = await sent(bytes, 150);
          const told = `seed ${seed}: ${bytes.toString('latin1')}\n→ ${came}`;
          // 501 and 505 are Node's own words for a method or a version that it does not know
          expect(came, told).not.toMatch(/^HTTP\/1\.1 5(?!01|05)/);
          expect(came, told).not.toMatch(leaks);
        }),
      );
    }
  });
});
