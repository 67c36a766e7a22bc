import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishFixture, shop } from './support/publish-fixture.js';
import { serveFixture, type Served } from './support/serve-fixture.js';

let served: Served;

beforeAll(async () => {
  served = await serveFixture();
  await publishFixture(served.home, shop);
  await served.published();
});
afterAll(() => served.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${served.api.url}${path}`, { headers, redirect: 'manual' });

describe('pages', () => {
  test.each(['/', '/graphiql'])('%s loads nothing from elsewhere', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await response.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(loaded.length).toBeGreaterThan(0);
    for (const url of loaded) {
      expect(url).toMatch(/^\//);
      expect((await get(url)).status, url).toBeLessThan(400);
    }
    // the stylesheets of GraphiQL bring their fonts along
    for (const url of loaded.filter((one) => one.endsWith('.css'))) {
      expect(await (await get(url)).text(), url).not.toMatch(/url\(["']?(https?:)?\/\//);
    }
  });

  test('the landing page says which generation answers', async () => {
    await expect.poll(async () => (await get('/')).text()).toContain('Answering from generation 1');
  });

  test('assets are checked by their tag', async () => {
    const first = await get('/assets/graphiql.js');
    const etag = first.headers.get('etag') ?? '';
    expect((await get('/assets/graphiql.js', { 'if-none-match': etag })).status).toBe(304);
  });

  test.each([
    '/assets/../server.ts',
    '/assets/..%2f..%2fserver.ts',
    '/assets/__proto__',
    '/assets/constructor',
    '/nothing',
  ])('%s is not there', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('a browser that opens /graphql is sent to GraphiQL', async () => {
    const response = await get('/graphql', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/graphiql');
  });

  test('the examples of GraphiQL are those that the schema answers', async () => {
    const examples = (await (await get('/assets/examples.json')).json()) as { query: string }[];
    // the shop of this test has neither segments nor metrics
    expect(examples.map((one) => /query (\w+)/.exec(one.query)?.[1])).toEqual(['Runs']);
  });

  test('only listed sites may call from their pages', async () => {
    const { serveOn } = await import('./support/serve-fixture.js');
    const open = await serveOn(served.home, { corsOrigins: ['https://app.example.com'] });
    try {
      const preflight = (origin: string): Promise<Response> =>
        fetch(`${open.url}/graphql`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST' },
        });
      const allowed = await preflight('https://app.example.com');
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
      expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
      const other = await preflight('https://evil.example.com');
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await open.stop();
    }
  });
});
