import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RoleBook } from '../../src/access/role-book.js';
import type { RunningApi } from '../../src/api/server.js';
import { apiSettings } from '../../src/api/settings-of.js';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, serveOn, type Served } from './support/serve-fixture.js';

const query = '{ customers { totalCount } }';
const issuer = 'https://login.example';
let served: Served;
let api: RunningApi;
let keys: Server;
let jwks: { keys: object[] };
let signer: CryptoKey;
let stranger: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  signer = pair.privateKey;
  stranger = (await generateKeyPair('RS256')).privateKey;
  jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] };
  keys = createServer((_request, response) => response.end(JSON.stringify(jwks)));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const { port } = keys.address() as AddressInfo;
  served = await serveFixture();
  await publishFixture(served.home, shop);
  api = await serveOn(served.home, {
    roles: new RoleBook([{ name: 'own', row_filters: { customer_id: 'customer' } }]),
    tokens: {
      keys: `http://127.0.0.1:${port}/jwks.json`,
      issuer,
      audience: 'thau',
      roleClaim: 'realm.roles',
    },
  });
});
afterAll(async () => {
  await api.stop();
  await served.close();
  keys.close();
});

const token = (
  claims: object = {},
  options: { key?: CryptoKey | Uint8Array; alg?: string; exp?: string } = {},
) =>
  new SignJWT({
    iss: issuer,
    aud: 'thau',
    sub: 'lan',
    realm: { roles: ['own', 'reader'] },
    customer: 2,
    ...claims,
  })
    .setProtectedHeader({ alg: options.alg ?? 'RS256', kid: 'k1' })
    .setExpirationTime(options.exp ?? '1h')
    .sign(options.key ?? signer);
const ask = async (text: string, headers: Record<string, string> = {}) =>
  post(api.url, text, { query }, headers);

describe('a JSON Web Token', () => {
  test('names its roles and claims', async () => {
    const text = await token();
    expect((await ask(text)).body.data).toEqual({ customers: { totalCount: 1 } });
    expect((await ask(text, { 'x-thau-role': 'reader' })).body.data).toEqual({
      customers: { totalCount: 3 },
    });
    expect((await ask(text, { 'x-thau-role': 'admin' })).status).toBe(403);
  });

  test('of another claim does not get an answer made for the first', async () => {
    expect((await ask(await token({ customer: 2 }))).body.data).toEqual({ customers: { totalCount: 1 } });
    expect((await ask(await token({ customer: 99 }))).body.data).toEqual({ customers: { totalCount: 0 } });
  });

  test('is refused where it proves nothing', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(jwks));
    const bad = {
      stranger: await token({}, { key: stranger }),
      expired: await token({}, { exp: '-1h' }),
      'no end': await new SignJWT({ iss: issuer, aud: 'thau' })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .sign(signer),
      'another issuer': await token({ iss: 'https://other.example' }),
      'another audience': await token({ aud: 'other' }),
      unsigned: new UnsecuredJWT({ iss: issuer, aud: 'thau', realm: { roles: ['admin'] } })
        .setExpirationTime('1h')
        .encode(),
      'public key as secret': await token({}, { key: secret, alg: 'HS256' }),
      changed: (await token()).replace(
        /\.[^.]+\./,
        `.${Buffer.from('{"realm":{"roles":["admin"]}}').toString('base64url')}.`,
      ),
      noise: 'eyJ.eyJ.x',
    };
    for (const [why, text] of Object.entries(bad)) {
      const answer = await ask(text);
      expect([why, answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([
        why,
        401,
        'UNAUTHENTICATED',
      ]);
      expect(answer.text).not.toContain('RS256');
    }
  });

  test('without a role that thau.yml has opens nothing', async () => {
    for (const realm of [{}, { roles: [] }, { roles: 'root' }, { roles: [7] }, null]) {
      expect((await ask(await token({ realm }))).status).toBe(403);
    }
  });

  test('does not keep a key of thau from being taken', async () => {
    expect((await ask(served.key)).status).toBe(200);
  });
});

describe('the keys of tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thau-tokens-'));
  const answersTo = async (
    tokens: Parameters<typeof apiSettings>[0]['tokens'],
    text: string,
  ): Promise<number> => {
    const one = await serveOn(served.home, {
      tokens: apiSettings({ tokens: tokens ?? {} }, false, folder).tokens,
    });
    try {
      return (await post(one.url, text, { query })).status;
    } finally {
      await one.stop();
    }
  };
  const admin = { role: 'admin' };

  test('come from a file: a key set or PEM', async () => {
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(jwks));
    const pair = await generateKeyPair('ES256', { extractable: true });
    await writeFile(join(folder, 'public.pem'), await exportSPKI(pair.publicKey));
    expect(await answersTo({ keys: 'jwks.json' }, await token(admin))).toBe(200);
    expect(
      await answersTo({ keys: 'public.pem' }, await token(admin, { key: pair.privateKey, alg: 'ES256' })),
    ).toBe(200);
    expect(await answersTo({ keys: 'public.pem' }, await token(admin))).toBe(401);
  });

  test('may be a shared secret', async () => {
    const secret = 'a secret of at least 32 characters, or so';
    const key = new TextEncoder().encode(secret);
    expect(await answersTo({ secret }, await token(admin, { key, alg: 'HS256' }))).toBe(200);
    expect(await answersTo({ secret }, await token(admin))).toBe(401);
  });

  test('that cannot be read are our fault, and for the moment', async () => {
    expect(await answersTo({ keys: 'missing.json' }, await token(admin))).toBe(503);
    expect(await answersTo({ keys: 'http://127.0.0.1:9/jwks.json' }, await token(admin))).toBe(503);
  });

  test('are named one way', () => {
    expect(() => apiSettings({ tokens: {} }, false)).toThrow(/one of them/);
    expect(() => apiSettings({ tokens: { keys: 'a', secret: 'b' } }, false)).toThrow(/one of them/);
  });
});
