import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { post, serveFixture, serveOn, type Served } from './support/serve-fixture.js';

let served: Served;
const slow: Fixture = {
  ...shop,
  sdl: shop.sdl
    .replace(
      'type Receipt ',
      'type Slow @relation(model: "slow", key: ["n"]) { n: Int! slept: String }\n type Receipt ',
    )
    .replace('order(id', 'slow: [Slow!]! @many(order: ["n"])\n order(id'),
  models: { ...shop.models, slow: 'select 1 as n, null::text as slept' },
};

beforeAll(async () => {
  served = await serveFixture();
  const generation = await publishFixture(served.home, slow);
  await served.home.database.query(
    `alter table unified__r${generation}.slow rename to slow_rows;
     create view unified__r${generation}.slow as select n, pg_sleep(0.5)::text as slept from unified__r${generation}.slow_rows`,
  );
});
afterAll(() => served.close());

describe('the server', () => {
  test('finishes what is in flight when it stops, and is then gone', async () => {
    const api = await serveOn(served.home);
    const running = `select count(*)::int as n from pg_stat_activity where datname = current_database() and state = 'active' and query like '%slow%' and application_name = 'thau api'`;
    const query = '{ slow { n slept } }';
    const asked = post(api.url, served.key, { query });
    await expect.poll(async () => (await served.home.test.query(running))[0]?.['n']).toBe(1);
    const stopped = api.stop();
    expect((await asked).body.data).toEqual({ slow: [{ n: 1, slept: '' }] });
    await stopped;
    await expect(post(api.url, served.key, { query })).rejects.toThrow();
    const left = await served.home.test.query(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'thau api'`,
    );
    // those of the other server of this file
    expect(left[0]?.['n']).toBe(0);
  });

  test('says which port is taken', async () => {
    await expect(serveOn(served.home, { port: served.api.port })).rejects.toMatchObject({
      code: 'API_PORT_IN_USE',
      message: `Port ${served.api.port} of 127.0.0.1 is in use by another process.`,
    });
  });

  test('says which address cannot be listened on', async () => {
    await expect(serveOn(served.home, { host: '203.0.113.1' })).rejects.toMatchObject({ code: 'API_LISTEN' });
  });

  test('keeps the request id it was given, and makes one where it was none', async () => {
    const given = await served.ask('{ __typename }', {}, { 'x-request-id': 'trace-42' });
    expect(given.headers.get('x-request-id')).toBe('trace-42');
    const hostile = await served.ask('{ __typename }', {}, { 'x-request-id': 'a b <script>' });
    expect(hostile.headers.get('x-request-id')).not.toContain('<');
  });

  test('counts its requests for Prometheus, for who has a key', async () => {
    await served.ask('{ __typename }');
    await served.ask('{ __typename }');
    expect((await fetch(`${served.api.url}/metrics`)).status).toBe(401);
    const response = await fetch(`${served.api.url}/metrics`, { headers: { 'x-api-key': served.key } });
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(text).toMatch(/thau_api_request_seconds_count\{kind="graphql",status="200"\} [2-9]/);
    expect(text).toMatch(/^thau_api_generation 1$/m);
    for (const line of text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
    }
  });
});
