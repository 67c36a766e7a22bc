import { createClient, type Client } from 'graphql-ws';
import { createClient as createSseClient } from 'graphql-sse';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createKey, revokeKey } from '../../src/access/key-store.js';
import { RoleBook } from '../../src/access/role-book.js';
import { Database } from '../../src/postgres/database.js';
import { connectionOf } from '../support/connection.js';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { serveFixture, serveOn, type Served } from './support/serve-fixture.js';

/** Members of a segment, by who they are, and when they left. */
const members = (rows: string, nps = 10): Fixture => ({
  ...shop,
  sdl: `${shop.sdl}
    type Membership @relation(model: "segment_members", key: ["segment_member_id"]) {
      segmentMemberId: Int!
      segmentId: String!
      leftAt: DateTime
      customer: Customer @one(on: ["customer_id"])
    }
    extend type Subscription {
      segmentEntered(segmentId: String): [Membership!]! @many(order: ["segment_member_id"])
      segmentLeft(segmentId: String, leftBefore: DateTime = "9999-01-01" @where(column: "left_at", op: LT)): [Membership!]!
        @many(order: ["segment_member_id"])
    }`,
  models: {
    ...shop.models,
    segment_members: `select * from (values ${rows}) as m (segment_member_id, segment_id, customer_id, left_at)`,
    feelings: `select ${nps} as nps`,
  },
  keys: { ...shop.keys, segment_members: ['segment_member_id'] },
});
const start = `(1, 'vip', 1, null::timestamptz)`;

let served: Served;
/** Another process than the API's, as a build is. */
let publisher: Database;
let clients: Client[] = [];

beforeAll(async () => {
  served = await serveFixture({
    subscriptions: 40,
    roles: new RoleBook([{ name: 'own', row_filters: { customer_id: 'customer' } }]),
  });
  publisher = new Database({
    connection: connectionOf(served.home.test.url),
    applicationName: 'publisher',
  });
  await publish(members(start));
  await served.published();
});
afterEach(async () => {
  for (const client of clients) await client.dispose();
  clients = [];
  await standing(0); // the next test counts its own
});
afterAll(async () => {
  await publisher.close();
  await served.close();
});

function connect(
  key: string | undefined,
  url = served.api.url,
  more: Partial<Parameters<typeof createClient>[0]> = {},
): Client {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    retryAttempts: 0,
    ...more,
  });
  clients.push(client);
  return client;
}

interface Answered {
  data?: unknown;
  errors?: readonly { message: string; extensions?: unknown }[];
}
type Events = AsyncIterableIterator<Answered, undefined>;
const events = (client: Client, query: string, variables = {}): Events =>
  client.iterate({ query, variables }) as Events;
const next = async (stream: Events): Promise<unknown> => {
  const value: Answered | undefined = (await stream.next()).value;
  return value?.errors ?? value?.data;
};
/** Asked for and standing: the server counts it. */
const standing = (count: number, url = served.api.url) =>
  expect
    .poll(
      async () => {
        const response = await fetch(`${url}/metrics`, { headers: { 'x-api-key': served.key } });
        return Number(/^thau_api_subscriptions (\d+)$/m.exec(await response.text())?.[1]);
      },
      { timeout: 30_000 },
    )
    .toBe(count);
const publish = (fixture: Fixture): Promise<string> =>
  publishFixture({ ...served.home, database: publisher }, fixture);

describe('generationPublished', () => {
  const query =
    'subscription($after: BigInt) { told: generationPublished(after: $after) { generation run { state } } }';

  test('tells each publish once, in order, also those that come at once', async () => {
    const stream = events(connect(served.key), query);
    const first = next(stream);
    await standing(1);
    const generations: string[] = [];
    for (let count = 0; count < 3; count += 1) generations.push(await publish(members(start)));
    const told = [await first];
    while (told.length < generations.length) told.push(await next(stream));
    expect(told).toEqual(
      generations.map((generation) => ({ told: { generation, run: { state: 'PUBLISHED' } } })),
    );
  });

  test('goes on from where a client was', async () => {
    const before = await publish(members(start));
    const [a, b] = [await publish(members(start)), await publish(members(start))];
    const stream = events(connect(served.key), query, { after: before });
    expect([await next(stream), await next(stream)]).toMatchObject([
      { told: { generation: a } },
      { told: { generation: b } },
    ]);
  });

  test('drops nothing while the connections to the database are ended', async () => {
    const stream = events(connect(served.key), query);
    const first = next(stream);
    await standing(1);
    // published in the same breath in which every backend of thau is ended: nobody hears the notification
    await served.home.test.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'thau%' and pid <> pg_backend_pid()`,
    );
    const quiet = await publish(members(start));
    const second = await publish(members(start));
    expect([await first, await next(stream)]).toMatchObject([
      { told: { generation: quiet } },
      { told: { generation: second } },
    ]);
  });
});

describe('rows that a publish brought', () => {
  const query =
    'subscription($s: String) { segmentEntered(segmentId: $s) { segmentMemberId customer { fullName } } }';

  test('are told, and only those', async () => {
    const client = connect(served.key);
    const entered = events(client, query, { s: 'vip' });
    const left = events(client, 'subscription { segmentLeft { segmentMemberId leftAt } }');
    const firsts = [next(entered), next(left)];
    await standing(2);
    await publish(members(start));
    await publish(members(`${start}, (2, 'vip', 2, null), (3, 'other', 3, null)`));
    expect(await firsts[0]).toEqual({
      segmentEntered: [{ segmentMemberId: 2, customer: { fullName: 'Trần "Bảo"' } }],
    });
    await publish(
      members(`(1, 'vip', 1, timestamptz '2026-03-01Z'), (2, 'vip', 2, null), (3, 'other', 3, null)`),
    );
    expect(await firsts[1]).toEqual({
      segmentLeft: [{ segmentMemberId: 1, leftAt: '2026-03-01T00:00:00+00:00' }],
    });
  });

  test("hold the caller's row filters", async () => {
    const { text } = await createKey(served.home, { name: 'own', roles: ['own'], claims: { customer: 2 } });
    await publish(members(start));
    await expect
      .poll(async () => (await served.ask('{ warehouse { currentGeneration { generation } } }')).status)
      .toBe(200);
    const stream = events(connect(text), 'subscription { segmentEntered { segmentMemberId } }');
    const first = next(stream);
    await standing(1);
    await publish(members(`${start}, (7, 'vip', 2, null), (8, 'vip', 3, null)`));
    expect(await first).toEqual({ segmentEntered: [{ segmentMemberId: 7 }] });
  });
});

describe('runProgress', () => {
  test('tells what is done, and ends with the run', async () => {
    const { test: database } = served.home;
    const [run] = await database.query(
      `insert into thau.runs (trigger, command, target, host, pid, token) values ('manual', 'build', 'dev', 'h', 1, 1)
       returning run_id::text`,
    );
    const runId = String(run?.['run_id']);
    const stream = events(
      connect(served.key),
      'subscription($r: BigInt) { runProgress(runId: $r) { state nodes { name status } } }',
      { r: runId },
    );
    expect(await next(stream)).toEqual({ runProgress: { state: 'RUNNING', nodes: [] } });
    await database.query(
      `insert into thau.run_nodes (run_id, node_id, resource_type, name, status, finished_at)
       values (${runId}, 'model.shop.a', 'model', 'a', 'success', now())`,
    );
    expect(await next(stream)).toEqual({
      runProgress: { state: 'RUNNING', nodes: [{ name: 'a', status: 'success' }] },
    });
    await database.query(
      `update thau.runs set state = 'failed', finished_at = now() where run_id = ${runId}`,
    );
    expect(await next(stream)).toMatchObject({ runProgress: { state: 'FAILED' } });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('of a run that is not there says so', async () => {
    const stream = events(connect(served.key), 'subscription { runProgress(runId: 999999) { state } }');
    expect(await next(stream)).toMatchObject([{ message: 'There is no run 999999.' }]);
  });
});

describe('who subscribes', () => {
  const query = 'subscription { generationPublished { generation } }';
  const closed = (client: Client): Promise<number> =>
    new Promise((resolve) => {
      client.on('closed', (event) => resolve((event as { code: number }).code));
      client.subscribe(
        { query },
        { next: () => undefined, error: () => undefined, complete: () => undefined },
      );
    });

  test('needs a key', async () => {
    const bi = await createKey(served.home, { name: 'bi', kind: 'bi' });
    for (const key of [undefined, 'thau_no', bi.text]) expect(await closed(connect(key))).toBe(4403);
  });

  test('is told no more once the key is revoked', async () => {
    const { text, key } = await createKey(served.home, { name: 'short' });
    const stream = events(connect(text), query);
    const first = next(stream);
    await standing(1);
    await revokeKey(served.home, key.keyId);
    await publish(members(start));
    expect(await first).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await standing(0);
  });

  test('has a limit of them, and takes none once it is gone', async () => {
    const client = connect(served.key);
    const streams = Array.from({ length: 5 }, () => events(client, query));
    const answers = streams.map((stream) => next(stream));
    expect(await Promise.race(answers)).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
    await standing(4);
    await client.dispose();
    await standing(0);
  });

  test.each([
    ['a query', '{ customers { totalCount } }'],
    ['no GraphQL', 'subscription {'],
    ['an unknown field', 'subscription { nothing }'],
    [
      'two fields',
      'subscription { a: generationPublished { generation } b: generationPublished { generation } }',
    ],
    [
      'ten thousand aliases',
      `subscription { generationPublished { ${Array.from({ length: 10_000 }, (_, i) => `a${i}: generation`).join(' ')} } }`,
    ],
    ['a wrong variable', 'subscription($a: BigInt!) { generationPublished(after: $a) { generation } }'],
  ])('with %s is told what is wrong', async (_what, text) => {
    const answer = await next(events(connect(served.key), text)).catch((error: unknown) => error);
    expect(JSON.stringify(answer)).toMatch(/"code":"[A-Z_]+"/);
    await standing(0);
  });

  test('from a page of another site is refused', async () => {
    const socket = new WebSocket(`${served.api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      origin: 'https://evil.example',
    });
    const said = await new Promise<string>((resolve) =>
      socket.on('error', (error) => resolve(error.message)),
    );
    expect(said).toContain('403');
  });

  test('is let go when the server stops', async () => {
    const api = await serveOn(served.home);
    const overWs = connect(served.key, api.url);
    const code = closed(overWs);
    const response = await fetch(`${api.url}/graphql/stream?query=${encodeURIComponent(query)}`, {
      headers: { 'x-api-key': served.key, accept: 'text/event-stream' },
    });
    await standing(2, api.url);
    await api.stop();
    expect(await code).toBe(1001);
    // broken off, not completed: the client comes back elsewhere
    expect(await response.text()).toBe('');
  });
});

describe('server-sent events', () => {
  const query = 'subscription { generationPublished { generation } }';

  test('carry a subscription to the graphql-sse client', async () => {
    const client = createSseClient({
      url: `${served.api.url}/graphql/stream`,
      headers: { authorization: `Bearer ${served.key}` },
      retryAttempts: 0,
    });
    const stream = client.iterate({ query }) as Events;
    const first = next(stream);
    await standing(1);
    const generation = await publish(members(start));
    expect(await first).toEqual({ generationPublished: { generation } });
    const wrong = client.iterate({ query: 'subscription { nothing }' }) as Events;
    expect(await next(wrong)).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    client.dispose();
    await standing(0);
  });

  test('go on behind the last event that a client had', async () => {
    const [a, b] = [await publish(members(start)), await publish(members(start))];
    const response = await fetch(`${served.api.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        'x-api-key': served.key,
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'last-event-id': a,
      },
      body: JSON.stringify({ query }),
    });
    const reader = response.body!.getReader();
    const value = (await reader.read()).value as Uint8Array | undefined;
    expect(new TextDecoder().decode(value)).toBe(
      `id: ${b}\nevent: next\ndata: {"data":{"generationPublished":{"generation":"${b}"}}}\n\n`,
    );
    await reader.cancel();
    await standing(0);
  });

  test.each([
    [401, {}, query],
    [406, { accept: 'application/json' }, query],
    [400, {}, undefined],
  ])('are refused with %s', async (status, headers, text) => {
    const key = status === 401 ? {} : { 'x-api-key': served.key };
    const response = await fetch(`${served.api.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...key, ...headers },
      body: JSON.stringify({ query: text }),
    });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { errors: unknown[] }).errors).toHaveLength(1);
  });
});
