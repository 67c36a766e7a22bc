import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Statement } from '../../src/postgres/statements/statement.js';
import type { Log } from '../../src/api/log.js';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { post, serveFixture, type Served } from './support/serve-fixture.js';

let served: Served;
const lines: string[] = [];
const note = (message: string, facts?: object): void =>
  void lines.push(JSON.stringify({ message, ...facts }));
const log: Log = { info: note, warn: note, error: note };

/** The shop, with what no honest table holds. */
const hostile: Fixture = {
  sdl: shop.sdl
    .replace(
      'type Receipt ',
      'type Odd @relation(model: "odd", key: ["odd_id"]) { oddId: Int! number: Float text: String }\n type Receipt ',
    )
    .replace(
      'order(id',
      'odds: [Odd!]! @many(order: ["odd_id"])\n slow: [Slow!]! @many(order: ["n"])\n shown: [Shown!]! @many(order: ["n"])\n order(id',
    )
    .replace(
      'type Receipt',
      'type Slow @relation(model: "slow", key: ["n"]) { n: Int! slept: String }\n type Shown @relation(model: "shown", key: ["n"]) { n: Int! }\n type Receipt',
    ),
  models: {
    ...shop.models,
    odd: `select * from (values (1, float8 'NaN', 'a'), (2, 'infinity', E'line\\nbreak\\t"quote"\\\\'), (3, 1.5, null)) as o (odd_id, number, text)`,
    slow: 'select 1 as n, null::text as slept',
    shown: 'select 1 as n',
  },
  keys: { ...shop.keys, odd: ['odd_id'], slow: ['n'] },
};

beforeAll(async () => {
  served = await serveFixture({ statementTimeout: 1_000, pool: 2, queueTimeout: 3_000 }, log);
  const generation = await publishFixture(served.home, hostile);
  await served.home.database.query(
    `alter table unified__r${generation}.slow rename to slow_rows;
     create view unified__r${generation}.slow as select n, pg_sleep(30)::text as slept from unified__r${generation}.slow_rows;
     alter table unified__r${generation}.shown rename to shown_rows;
     create view unified__r${generation}.shown as select n from unified__r${generation}.shown_rows`,
  );
  await served.published();
});
afterAll(() => served.close());

const healthy = async (): Promise<void> => {
  const { body } = await served.ask('{ customer(id: "Customer:1") { fullName } }');
  expect(body).toEqual({ data: { customer: { fullName: 'Nguyễn Thị Ánh' } } });
};

describe('a document', () => {
  const nested = (levels: number): string =>
    `{ customers { edges { node { ${'orders { edges { node { customer { '.repeat(levels)} customerId ${'} } } }'.repeat(levels)} } } } }`;
  test.each([
    ['of 10,000 aliases', `{ ${Array.from({ length: 10_000 }, (_, n) => `a${n}: __typename`).join(' ')} }`],
    ['of 10,000 equal fields', `{ ${'__typename '.repeat(9_000)} }`],
    ['of 1,000 levels', nested(250)],
    ['of 1,000 directives', `{ __typename ${'@include(if: true) '.repeat(1_000)} }`],
    ['of 1,000 roots', `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: __typename`).join(' ')} }`],
    [
      'that doubles forty times by fragments',
      `{ ...F0 } ${Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F40 on Query { __typename }`,
    ],
    ['with fragments in a circle', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['with a fragment that is not there', '{ ...Nowhere }'],
    ['that is none', '{{{{'],
    ['that is empty', ''],
    ['with a NUL', '{ __typename \0 }'],
    ['with @defer', '{ ... @defer { __typename } }'],
    ['with @stream', '{ customers @stream(initialCount: 1) { edges { node { id } } } }'],
    ['of a million brackets', '['.repeat(400_000)],
    ['with a number past the range', '{ customers(first: 99999999999999999999) { edges { node { id } } } }'],
    ['with a negative page', '{ customers(first: -1) { edges { node { id } } } }'],
    ['with a page of millions', '{ customers(first: 2000000000) { edges { node { id } } } }'],
    ['with a cursor of nothing', '{ customers(first: 1, after: "AAAA") { edges { node { id } } } }'],
    [
      'with a cursor that is SQL',
      `{ customers(first: 1, after: "'; drop table x; --") { edges { node { id } } } }`,
    ],
    ['with a lone surrogate', '{ customer(id: "Customer:\\ud800") { id } }'],
    [
      'with NUL in a text',
      '{ customers(filter: {fullName: {contains: "\\u0000"}}) { edges { node { id } } } }',
    ],
    ['with an order by nothing', '{ customers(orderBy: {nothing: ASC}) { edges { node { id } } } }'],
    ['with a subscription', 'subscription { generationPublished { generation } }'],
  ])('%s is an error with a code, and the next request is answered', async (_name, query) => {
    const { status, body, text } = await served.ask(query);
    expect(status, text).toBeGreaterThanOrEqual(200);
    expect(status, text).toBeLessThan(500);
    expect(body.errors?.length, text).toBeGreaterThan(0);
    for (const error of body.errors ?? []) {
      expect(error.extensions['code'], text).toEqual(expect.any(String));
      expect(error.extensions['code'], text).not.toBe('INTERNAL_SERVER_ERROR');
      expect(error.extensions).not.toHaveProperty('stacktrace');
    }
    expect(text).not.toMatch(/SQLSTATE|select |pg_|thau\.pointer|unified__r/);
    await healthy();
  });

  test.each([
    ['a list', { query: 'query($id: ID!) { customer(id: $id) { id } }', variables: { id: [] } }],
    ['an object', { query: 'query($id: ID!) { customer(id: $id) { id } }', variables: { id: {} } }],
    ['a NUL', { query: 'query($id: ID!) { customer(id: $id) { id } }', variables: { id: 'Customer:\0' } }],
    [
      'a huge number',
      { query: 'query($n: Int) { customers(first: $n) { edges { node { id } } } }', variables: { n: 1e300 } },
    ],
    [
      'half a number',
      { query: 'query($n: Int) { customers(first: $n) { edges { node { id } } } }', variables: { n: 1.5 } },
    ],
    [
      'an id past 64 bits',
      {
        query: 'query($id: ID!) { customer(id: $id) { id } }',
        variables: { id: 'Customer:99999999999999999999999' },
      },
    ],
    [
      '__proto__',
      '{"query":"query($id: ID!) { customer(id: $id) { id } }","variables":{"__proto__":{"id":1}}}',
    ],
    ['no object', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['half of JSON', '{"query":'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe]).toString('latin1')],
    ['deep JSON', `{"query":"{ __typename }","variables":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a query that is an object', { query: { kind: 'Document' } }],
  ])('a request with %s as its value is no fault of the server', async (_name, body) => {
    for (let time = 0; time < 2; time += 1) {
      const { status, text } = await post(served.api.url, served.key, body);
      expect(status, text).toBeLessThan(500);
      expect(text).not.toMatch(/SQLSTATE|PostgreSQL|unified__r/);
    }
    await healthy();
  });

  test('a body of 10 MB is refused before it is read to its end', async () => {
    const query = `{ __typename } # ${'x'.repeat(10_000_000)}`;
    const answer = await post(served.api.url, served.key, { query }).catch(() => undefined);
    // the server may close while the client still sends
    if (answer !== undefined) expect(answer.status).toBe(413);
    await healthy();
  });

  test('a body that never comes to its end holds up nobody', async () => {
    const socket = connect(served.api.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"query"',
    );
    await healthy();
    socket.destroy();
    await healthy();
  });
});

describe('variables of any kind', () => {
  /** A small generator, so that a failure can be told by its number. */
  const random = (seed: number): (() => number) => {
    let state = seed * 2_654_435_761 + 1;
    return () => {
      state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) | 0;
      return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
    };
  };
  const leaves: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    1e308,
    0.1,
    '',
    'Customer:1',
    'Order:10',
    'Customer:',
    ':',
    '1',
    '-9223372036854775809',
    '\u0000',
    '\ud800',
    '\udc00x',
    '🙂',
    'x'.repeat(70_000),
    "'; drop table x; --",
    '%',
    '\\',
    '$1',
    'NaN',
    'infinity',
    '2026-02-30',
    '10000000-01-01',
    'ASC',
    'eyJhIjoxfQ==',
    '__proto__',
    '{"a":1}',
    '[]',
  ];
  const names = [
    'eq',
    'ne',
    'in',
    'notIn',
    'lt',
    'between',
    'like',
    'contains',
    'isNull',
    'and',
    'or',
    'not',
    'id',
    'customerId',
    'fullName',
    'orders',
    'some',
    'every',
    'none',
    'amount',
    'orderedAt',
    '__proto__',
    'constructor',
    '',
  ];
  const pick = <T>(next: () => number, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const value = (next: () => number, depth: number): unknown => {
    const kind = depth > 5 ? 0 : next();
    if (kind < 0.4) return pick(next, leaves);
    const items = Array.from({ length: Math.floor(next() * 3) + 1 }, () => value(next, depth + 1));
    return kind < 0.55 ? items : Object.fromEntries(items.map((item) => [pick(next, names), item]));
  };
  const document = `query($first: Int, $last: Int, $after: String, $filter: CustomerFilter, $orderBy: [CustomerOrderBy!], $id: ID!, $ids: [ID!]!, $of: OrderFilter, $yes: Boolean!) {
    customers(first: $first, last: $last, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount nodes { id fullName @include(if: $yes) orders(filter: $of, first: $first) { nodes { orderId } } } }
    customer(id: $id) { fullName } node(id: $id) { id } nodes(ids: $ids) { __typename }
  }`;
  test('are answered, or errors with a code, and never a fault of the server', async () => {
    const sane: Readonly<Record<string, unknown>> = { id: 'Customer:1', ids: ['Order:10'], yes: true };
    for (let seed = 0; seed < 250; seed += 1) {
      const next = random(seed);
      const variables: Record<string, unknown> = { ...sane };
      for (const name of ['first', 'last', 'after', 'filter', 'orderBy', 'id', 'ids', 'of', 'yes']) {
        if (next() < 0.25) variables[name] = value(next, ['filter', 'of', 'orderBy'].includes(name) ? 0 : 4);
      }
      const { status, body, text } = await served.ask(document, variables);
      const told = `seed ${seed}: ${JSON.stringify(variables).slice(0, 500)} → ${text.slice(0, 500)}`;
      expect(status, told).toBeLessThan(500);
      for (const error of body.errors ?? []) {
        expect(error.extensions['code'], told).toMatch(/^(?!INTERNAL)/);
        expect(error.message, told).not.toMatch(/SQLSTATE|unified__r|syntax|select /);
      }
      if (seed % 50 === 0) await healthy();
    }
    await healthy();
  });
});

describe('what a column holds', () => {
  test('NaN and infinity are errors at their place, and the rest is answered', async () => {
    const { body, status } = await served.ask('{ odds { oddId number text } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({
      odds: [
        { oddId: 1, number: null, text: 'a' },
        { oddId: 2, number: null, text: 'line\nbreak\t"quote"\\' },
        { oddId: 3, number: 1.5, text: null },
      ],
    });
    expect(body.errors?.map(({ path }) => path)).toEqual([
      ['odds', 0, 'number'],
      ['odds', 1, 'number'],
    ]);
  });
});

describe('slow queries', () => {
  test('end in time, with a code, and PostgreSQL says so to the log alone', async () => {
    const { status, body, text } = await served.ask('{ slow { slept } }');
    expect(status).toBe(503);
    expect(body.errors?.[0]?.extensions['code']).toBe('TIMEOUT');
    expect(text).not.toContain('statement timeout');
    expect(lines.join('\n')).toContain('57014');
    await healthy();
  });

  test('by the hundred are refused with Retry-After, and another caller still has a turn', async () => {
    const asked = Array.from({ length: 100 }, (_, n) => served.ask(`{ s${n}: slow { slept } }`));
    const { createKey } = await import('../../src/access/key-store.js');
    const { text: other } = await createKey(served.home, { name: 'other' });
    const answer = await post(served.api.url, other, {
      query: '{ customer(id: "Customer:1") { fullName } }',
    });
    expect(answer.body.data).toEqual({ customer: { fullName: 'Nguyễn Thị Ánh' } });
    const answers = await Promise.all(asked);
    expect(answers.every(({ status }) => status === 503)).toBe(true);
    const busy = answers.filter(({ body }) => body.errors?.[0]?.extensions['code'] === 'UNAVAILABLE');
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]?.headers.get('retry-after')).toBe('1');
    await healthy();
  });

  test('are cancelled when their client goes away', async () => {
    const client = new AbortController();
    const asked = fetch(`${served.api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${served.key}` },
      body: JSON.stringify({ query: '{ slow { slept } }' }),
      signal: client.signal,
    }).catch(() => 'gone');
    const running = `select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'active' and query like '%slow%' and application_name = 'thau api'`;
    await expect.poll(async () => (await served.home.test.query(running))[0]?.['n']).toBe(1);
    client.abort();
    expect(await asked).toBe('gone');
    await expect.poll(async () => (await served.home.test.query(running))[0]?.['n']).toBe(0);
    await healthy();
  });
});

describe('the database', () => {
  test('may lose a table by hand: the requests that need it say so, the others are answered', async () => {
    const generation = String(
      (await served.home.test.query('select generation from thau.pointer'))[0]?.['generation'],
    );
    await served.home.database.query(`alter table unified__r${generation}.odd rename to gone`);
    const { status, body, text } = await served.ask('{ odds { oddId } }');
    expect(status).toBe(503);
    expect(body.errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
    expect(text).not.toContain('odd"');
    await healthy();
    await served.home.database.query(`alter table unified__r${generation}.gone rename to odd`);
    expect((await served.ask('{ odds { oddId } }')).status).toBe(200);
  });

  test('may end every connection, and no restart of ours is needed', async () => {
    await served.home.test.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and application_name like 'thau%' and pid <> pg_backend_pid()`,
    );
    await healthy();
  });
});

test('a statement of the reading pool has a name of its own text', () => {
  expect(new Statement('select 1').name).toBe(new Statement('select 1').name);
  expect(new Statement('select 1').name).not.toBe(new Statement('select 2').name);
});

describe('a published relation that somebody dropped by hand', () => {
  test.each([
    ['a table', 'drop table $.odd cascade', '{ odds { oddId text } }'],
    ['a view', 'drop view $.shown', '{ shown { n } }'],
  ])('(%s) is an error with a code on every connection, each usable afterwards', async (_, drop, query) => {
    const ask = () => Promise.all(Array.from({ length: 4 }, () => served.ask(query)));
    // prepared, on both connections
    for (const { body } of await ask()) expect(body.errors).toBeUndefined();
    const [row] = await served.home.test.query('select generation from thau.pointer');
    await served.home.test.query(drop.replace('$', `unified__r${String(row?.['generation'])}`));
    // another statement than the one whose answer is remembered
    const other = query.replace('{ ', '{ again: ');
    for (let time = 0; time < 3; time += 1) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => served.ask(other)));
      for (const { status, text, body } of answers) {
        expect(body.errors?.[0]?.extensions['code'], text).toMatch(/^[A-Z_]+$/);
        expect(status, text).not.toBe(500);
        expect(text).not.toMatch(/relation|does not exist|unified__|42P01/);
      }
      await Promise.all([healthy(), healthy(), healthy()]);
    }
  });
});
