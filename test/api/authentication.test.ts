import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey, revokeKey } from '../../src/access/key-store.js';
import { newKey } from '../../src/access/key-text.js';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, serveOn, type Served } from './support/serve-fixture.js';

let served: Served;
const query = '{ customers(first: 1) { edges { node { customerId } } } }';

beforeAll(async () => {
  served = await serveFixture();
  await publishFixture(served.home, shop);
  await served.published();
});
afterAll(() => served.close());

const keys = (): { database: Served['home']['database']; state: string } => served.home;

describe('without a key', () => {
  test.each([
    ['nothing', {}],
    ['an empty Bearer', { authorization: 'Bearer ' }],
    ['a key nobody made', { authorization: `Bearer ${newKey().text}` }],
    ['a half key', { authorization: 'Bearer thau_' }],
    ['another scheme', { authorization: 'Digest username="x"' }],
    ['an empty header', { 'x-api-key': '' }],
    ['SQL', { 'x-api-key': "' or true --" }],
    ['a long one', { 'x-api-key': 'x'.repeat(8_000) }],
  ])('there is no data: %s', async (_name, headers) => {
    const { status, body, headers: answered } = await post(served.api.url, undefined, { query }, headers);
    expect(status).toBe(401);
    expect(body.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
    expect(body).not.toHaveProperty('data');
    expect(answered.get('www-authenticate')).toContain('Bearer');
  });

  test('a document that another caller asked before is refused as well', async () => {
    await served.ask(query);
    await served.ask(query);
    expect((await post(served.api.url, undefined, { query })).status).toBe(401);
  });

  test('there is data where the setting says so', async () => {
    const open = await serveOn(served.home, { allowAnonymous: true });
    try {
      const { status } = await post(open.url, undefined, { query });
      expect(status).toBe(200);
      // a wrong key is not the same as none
      expect((await post(open.url, newKey().text, { query })).status).toBe(401);
    } finally {
      await open.stop();
    }
  });
});

describe('a key', () => {
  test.each([
    ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    [
      'Basic',
      (key: string) => ({ authorization: `Basic ${Buffer.from(`excel:${key}`).toString('base64')}` }),
    ],
    ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
  ])('is taken by %s', async (_name, header) => {
    const { text } = await createKey(keys(), { name: 'x' });
    expect((await post(served.api.url, undefined, { query }, header(text) as never)).status).toBe(200);
  });

  test('that was revoked ends while it is in use', async () => {
    const { text, key } = await createKey(keys(), { name: 'x' });
    expect((await post(served.api.url, text, { query })).status).toBe(200);
    await revokeKey(keys(), key.keyId);
    await expect.poll(async () => (await post(served.api.url, text, { query })).status).toBe(401);
  });

  test('of the kind bi is for trusted operations alone', async () => {
    const { text } = await createKey(keys(), { name: 'x', kind: 'bi' });
    await served.ask(query);
    const { status, body } = await post(served.api.url, text, { query });
    expect(status).toBe(403);
    expect(body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  test('of another role than admin starts no runs', async () => {
    const { text } = await createKey(keys(), { name: 'x', roles: ['reader'] });
    const { body } = await post(served.api.url, text, { query: 'mutation { startRun { requestId } }' });
    expect(body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(await served.home.test.query('select * from thau.requests')).toEqual([]);
  });
});

describe('a mutation', () => {
  test('writes a request row and tells the leader', async () => {
    const { body } = await served.ask('mutation { startRun(select: ["orders+"]) { requestId kind state } }');
    expect(body.data).toMatchObject({ startRun: { kind: 'run', state: 'waiting' } });
    const [row] = await served.home.test.query(
      'select kind, args from thau.requests order by request_id desc',
    );
    expect(row).toEqual({ kind: 'run', args: { select: ['orders+'], exclude: [], full_refresh: false } });
  });

  test('asks a run to stop that is running, and refuses another', async () => {
    const ask = (runId: string) =>
      served.ask('mutation($r: BigInt!) { cancelRun(runId: $r) { kind } }', { r: runId });
    const [row] = await served.home.test.query(
      `insert into thau.runs (trigger, command, target, host, pid, token) values ('manual', 'build', 'dev', 'h', 1, 1)
       returning run_id::text`,
    );
    expect((await ask(String(row?.['run_id']))).body.data).toEqual({ cancelRun: { kind: 'cancel' } });
    const [request] = await served.home.test.query(`select args from thau.requests where kind = 'cancel'`);
    expect(request).toEqual({ args: { runId: Number(row?.['run_id']) } });
    const { body } = await ask('999');
    expect(body.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });
});
