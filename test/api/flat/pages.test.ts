import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishFixture, type Fixture } from '../support/publish-fixture.js';
import { post, serveFixture, serveOn, type Served } from '../support/serve-fixture.js';

/** Ten rows whose word says of which publish they are; the odd ones are gone in the next. */
const fixture = (word: string, rows = 'generate_series(1, 10)'): Fixture => ({
  sdl: `
    type Many @relation(model: "many", key: ["n"]) { n: Int! word: String }
    extend type Query {
      many: ManyConnection! @many(order: ["n"])
      list: [Many!]! @many(order: ["n"])
    }`,
  models: { many: `select n, '${word}'::text as word from ${rows} as n` },
  keys: { many: ['n'] },
  operations: {
    'pages.graphql':
      'query pages($from: Int = 0) { many(filter: {n: {gt: $from}}) { edges { node { n word } } } }',
    'list.graphql': 'query list { list { n } }',
    'fixed.graphql': 'query fixed { many(first: 2) { edges { node { n } } } }',
  },
});

let served: Served;

beforeAll(async () => {
  served = await serveFixture();
  await publishFixture(served.home, fixture('first'));
  await served.published();
});
afterAll(() => served.close());

const get = (path: string, url = served.api.url): Promise<Response> =>
  fetch(`${url}/q${path}`, { headers: { authorization: `Bearer ${served.key}` } });
const nextOf = (response: Response): string =>
  /^<\/q(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
const current = async (): Promise<string> =>
  String((await served.home.test.query('select generation::text as g from thau.pointer'))[0]?.['g']);
const answersFrom = (generation: string) =>
  expect
    .poll(async () => (await get('/pages.json')).headers.get('x-thau-generation'), { timeout: 30_000 })
    .toBe(generation);

/** What garbage collection does: the relations go, and the generation is marked. */
async function collect(generation: string): Promise<void> {
  await served.home.test.query(
    `update thau.generations set retired_at = now() where generation = ${generation}
       and not exists (select from thau.leases l where l.generation = generations.generation and l.expires_at > now())`,
  );
  await served.home.test.query(`drop schema unified__r${generation} cascade`);
}

describe('pages of an operation that says nothing of pages', () => {
  test('are cut by _limit and followed by _after, with its other parameters', async () => {
    const first = await get('/pages.json?from=3&_limit=4');
    expect(await first.json()).toEqual([4, 5, 6, 7].map((n) => ({ n, word: 'first' })));
    const second = await get(nextOf(first));
    expect(await second.json()).toEqual([8, 9, 10].map((n) => ({ n, word: 'first' })));
    expect(nextOf(second)).toBe('');
    expect(await (await get('/list.json?_limit=2')).json()).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test.each([
    ['/list.json?_after=x', 400, 'BAD_USER_INPUT'],
    ['/fixed.json?_limit=3', 400, 'BAD_USER_INPUT'],
    ['/pages.json?_limit=-1', 400, 'QUERY_ARGUMENT'],
    ['/pages.json?_limit=1&_limit=2', 400, 'BAD_USER_INPUT'],
    ['/pages.json?_limit=2&_after=tampered', 400, 'QUERY_CURSOR'],
    ['/pages.json?_limit=2&_after=999999.tampered', 410, 'GENERATION_GONE'],
    ['/pages.csv?_after=999999999999999.x', 410, 'GENERATION_GONE'],
    ['/pages.json?_limit=2&_after=99999999999999999999999.x', 400, 'QUERY_CURSOR'],
    ['/pages.json?_limit=2&_after=0.', 410, 'GENERATION_GONE'],
    ['/pages.json?_limit=2&_after=.', 400, 'QUERY_CURSOR'],
  ])('%s is %i', async (path, status, code) => {
    const response = await get(path);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(response.status).toBe(status);
  });
});

describe('the pages behind the first', () => {
  test('are of its generation, in every form and process, though another was published meanwhile', async () => {
    const generation = await current();
    const first = await get('/pages.json?_limit=3');
    expect(first.headers.get('x-thau-generation')).toBe(generation);
    const later = await publishFixture(served.home, fixture('second', 'generate_series(2, 10, 2)'));
    await answersFrom(later);
    const other = await serveOn(served.home);
    try {
      for (const url of [served.api.url, other.url]) {
        const second = await get(nextOf(first), url);
        expect(await second.json()).toEqual([4, 5, 6].map((n) => ({ n, word: 'first' })));
        expect(second.headers.get('x-thau-generation')).toBe(generation);
        const rest = await get(nextOf(second).replace('_limit=3&', '').replace('.json', '.csv'), url);
        expect(await rest.text()).toBe('n,word\r\n7,first\r\n8,first\r\n9,first\r\n10,first\r\n');
        expect(rest.headers.get('x-thau-generation')).toBe(generation);
      }
    } finally {
      await other.stop();
    }
    expect(await (await get('/pages.json?_limit=2')).json()).toEqual(
      [2, 4].map((n) => ({ n, word: 'second' })),
    );
  });

  test('keep their generation from garbage collection, and are 410 once it is gone all the same', async () => {
    const generation = await current();
    const first = await get('/pages.json?_limit=2');
    const leases = await served.home.test.query(
      `select count(*)::int as n from thau.leases where generation = ${generation} and expires_at > now()`,
    );
    expect(leases[0]?.['n']).toBeGreaterThan(0);
    await answersFrom(await publishFixture(served.home, fixture('third')));
    expect((await get(nextOf(first))).status).toBe(200);
    // by hand, as if the lease had run out
    await served.home.test.query('delete from thau.leases');
    await collect(generation);
    for (const next of [nextOf(first), nextOf(first).replace('_limit=2&', '')]) {
      const gone = await get(next);
      expect([gone.status, await gone.json()]).toMatchObject([
        410,
        {
          errors: [
            {
              extensions: {
                code: 'GENERATION_GONE',
                hint: expect.stringContaining('without _after') as string,
              },
            },
          ],
        },
      ]);
    }
    expect((await get('/pages.json?_limit=2')).status).toBe(200);
  });

  test('of a cursor from GraphQL go on in the current generation', async () => {
    const { body } = await post(served.api.url, served.key, {
      query: '{ many(first: 4) { pageInfo { endCursor } } }',
    });
    const { endCursor } = (body.data?.['many'] as { pageInfo: { endCursor: string } }).pageInfo;
    const page = await get(`/pages.ndjson?_limit=1&_after=${encodeURIComponent(endCursor)}`);
    expect(await page.text()).toBe('{"n":5,"word":"third"}\n');
  });
});
