import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AnswerCache } from '../../src/api/cache/answer-cache.js';
import { Flights } from '../../src/api/cache/flights.js';
import { Cancellation } from '../../src/postgres/statements/cancellation.js';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { serveFixture, type Served } from './support/serve-fixture.js';

describe('the answers of a generation', () => {
  test('are bounded in bytes, and what was not asked for longest goes first', () => {
    const cache = new AnswerCache(10_000);
    for (let n = 0; n < 100; n += 1) {
      cache.set(`key ${n}`, 'x'.repeat(200));
      cache.get('key 0');
      expect(cache.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(cache.get('key 0')).toBeDefined();
    expect(cache.get('key 1')).toBeUndefined();
    expect(cache.get('key 99')).toBeDefined();
  });

  test('do not keep one that would push out the others', () => {
    const cache = new AnswerCache(1_000);
    cache.set('large', 'x'.repeat(1_000));
    expect(cache.get('large')).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });

  test('keep nothing where nothing may be kept', () => {
    const cache = new AnswerCache(0);
    cache.set('a', 'b');
    expect(cache.get('a')).toBeUndefined();
  });
});

describe('equal work at the same time', () => {
  test('runs once, and ends when the last who waits goes, not the first', async () => {
    const flights = new Flights<number>();
    let started = 0;
    let inner: Cancellation | undefined;
    let finish: (value: number) => void = () => undefined;
    const start = (cancellation: Cancellation): Promise<number> => {
      started += 1;
      inner = cancellation;
      return new Promise((resolve) => (finish = resolve));
    };
    const first = new Cancellation();
    const second = new Cancellation();
    const answers = [flights.join('k', first, start), flights.join('k', second, start)];
    expect(started).toBe(1);
    first.cancel();
    expect(inner?.cancelled).toBe(false);
    finish(7);
    expect(await Promise.all(answers)).toEqual([7, 7]);
    const third = new Cancellation();
    void flights.join('k', third, start);
    expect(started).toBe(2);
    third.cancel();
    expect(inner?.cancelled).toBe(true);
    // who comes after that does not inherit the end
    void flights.join('k', new Cancellation(), start);
    expect(started).toBe(3);
  });

  test('that fails, fails for all, and is tried again by the next', async () => {
    const flights = new Flights<number>();
    const fail = (): Promise<number> => Promise.reject(new Error('no'));
    const answers = await Promise.allSettled([
      flights.join('k', new Cancellation(), fail),
      flights.join('k', new Cancellation(), fail),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flights.join('k', new Cancellation(), () => Promise.resolve(1))).toBe(1);
  });
});

describe('the API', () => {
  let served: Served;
  const named = (name: string): Fixture => ({
    ...shop,
    models: { ...shop.models, customers: `select 1 as customer_id, '${name}' as full_name` },
  });
  const query = '{ customer(id: "Customer:1") { fullName } }';

  beforeAll(async () => {
    served = await serveFixture();
    await publishFixture(served.home, named('first'));
    await served.published();
  });
  afterAll(() => served.close());

  const name = async (): Promise<unknown> => (await served.ask(query)).body.data?.['customer'];
  test('answers from memory until the next publish, and never from before it', async () => {
    expect(await name()).toEqual({ fullName: 'first' });
    // a change by hand shows who reads and who remembers; no publish ever changes a table in place
    await served.home.database.query(`update unified__r1.customers set full_name = 'changed'`);
    expect(await name()).toEqual({ fullName: 'first' });
    await publishFixture(served.home, named('second'));
    await expect.poll(name).toEqual({ fullName: 'second' });
  });

  test('of the same rows under another name is an answer of its own', async () => {
    const under = (alias: string): string => `{ ${alias}: customer(id: "Customer:1") { fullName } }`;
    const aliases = ['one', 'two', 'one', 'two'];
    // at the same time, and from memory
    for (let time = 0; time < 2; time += 1) {
      const answers = await Promise.all(aliases.map((alias) => served.ask(under(alias))));
      expect(answers.map(({ body }) => Object.keys(body.data ?? {}))).toEqual(aliases.map((name) => [name]));
    }
  });

  test("never answers from memory what thau's own tables say", async () => {
    const runs = async (): Promise<unknown> =>
      (await served.ask('{ warehouse { runs(first: 1) { edges { node { state } } } } }')).text;
    const before = await runs();
    await served.home.database.query(
      `insert into thau.runs (trigger, command, state, target, host, pid, token) values ('manual', 'build', 'failed', 'dev', 'h', 1, 1)`,
    );
    expect(await runs()).not.toBe(before);
  });

  test('lets a GET be asked again by its tag', async () => {
    const get = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${served.api.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { authorization: `Bearer ${served.key}`, 'apollo-require-preflight': '1', ...headers },
      });
    const first = await get({});
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toContain('Authorization');
    const again = await get({ 'if-none-match': `W/"x", ${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    // another form is another answer, and no tag opens the door without a key
    expect((await get({ 'if-none-match': etag, accept: 'application/graphql-response+json' })).status).toBe(
      200,
    );
    const nobody = await fetch(`${served.api.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { 'if-none-match': etag },
    });
    expect(nobody.status).toBe(401);
  });
});
