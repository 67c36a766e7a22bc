import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOfHeaders } from '../../src/access/credentials.js';
import { hashKey, verifyKey } from '../../src/access/key-hash.js';
import { createKey, hasNoKeys, listKeys, revokeKey, type KeyDatabase } from '../../src/access/key-store.js';
import { newKey, readKey } from '../../src/access/key-text.js';
import { KeyVerifier } from '../../src/access/key-verifier.js';
import { createStateDatabase, type StateDatabase } from '../support/state-database.js';

let home: StateDatabase;
let keys: KeyDatabase;

beforeAll(async () => {
  home = await createStateDatabase();
  keys = { database: home.database, state: home.state };
});
afterAll(() => home.drop());

describe('a key', () => {
  test('is read back from its text, and nothing else is', () => {
    const key = newKey();
    expect(readKey(key.text)).toEqual(key);
    for (const text of [
      '',
      'thau_',
      key.id,
      `${key.text}x`,
      key.text.slice(1),
      `thau_${key.id}_\0`,
      'é'.repeat(48),
    ]) {
      expect(readKey(text)).toBeUndefined();
    }
  });

  test('is proven by its hash alone, and a broken hash proves nothing', async () => {
    const { text } = newKey();
    const hash = await hashKey(text);
    expect(hash).not.toContain(text);
    expect(await verifyKey(text, hash)).toBe(true);
    expect(await verifyKey(newKey().text, hash)).toBe(false);
    for (const broken of ['', 'scrypt', 'scrypt$1$1$1$$', 'md5$16384$8$1$AA$AA']) {
      expect(await verifyKey(text, broken)).toBe(false);
    }
  });
});

describe('the key of a request', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  test.each([
    ['Bearer', { authorization: 'Bearer abc' }, 'abc'],
    ['bearer in any case', { authorization: 'bEARER   abc ' }, 'abc'],
    ['Basic with any user', { authorization: basic('anyone:abc') }, 'abc'],
    ['Basic with the key as the user', { authorization: basic('abc:') }, 'abc'],
    ['Basic without a colon', { authorization: basic('abc') }, 'abc'],
    ['Basic that is no base64', { authorization: 'Basic ***' }, ''],
    ['X-API-Key', { 'x-api-key': 'abc' }, 'abc'],
    ['Authorization before X-API-Key', { authorization: 'Bearer abc', 'x-api-key': 'def' }, 'abc'],
    ['none', {}, undefined],
  ])('is taken from %s', (_name, headers, expected) => {
    expect(keyOfHeaders(headers)).toBe(expected);
  });
});

describe('keys in the database', () => {
  test('are made, listed by prefix without their text, and revoked', async () => {
    expect(await hasNoKeys(keys)).toBe(true);
    const { text, key } = await createKey(keys, { name: 'Power BI', roles: ['analyst'], kind: 'bi' });
    expect(await hasNoKeys(keys)).toBe(false);
    const listed = await listKeys(keys);
    expect(listed.map(({ keyId, name, role, kind }) => ({ keyId, name, role, kind }))).toEqual([
      { keyId: key.keyId, name: 'Power BI', role: 'analyst', kind: 'bi' },
    ]);
    expect(JSON.stringify(listed)).not.toContain(text);
    const revoked = await revokeKey(keys, `thau_${key.keyId}`);
    expect(revoked.revokedAt).toBeInstanceOf(Date);
  });

  test('need a name, a day in the future and, to be revoked, to exist', async () => {
    await expect(createKey(keys, { name: ' ' })).rejects.toMatchObject({ code: 'ACCESS_KEY_NAME' });
    for (const expiresAt of [new Date(0), new Date('never')]) {
      await expect(createKey(keys, { name: 'x', expiresAt })).rejects.toMatchObject({
        code: 'ACCESS_KEY_EXPIRY',
      });
    }
    await expect(revokeKey(keys, "'; drop table api_keys; --")).rejects.toMatchObject({
      code: 'ACCESS_UNKNOWN_KEY',
    });
  });
});

describe('the verifier', () => {
  test('answers who holds a key, from memory the second time', async () => {
    const { text, key } = await createKey(keys, { name: 'shop', roles: ['reader'] });
    const verifier = new KeyVerifier(keys);
    expect(verifier.known(text)).toBeUndefined();
    const caller = { keyId: key.keyId, name: 'shop', claims: {}, roles: ['reader'], kind: 'api' };
    expect(await verifier.verify(text)).toEqual({ caller });
    expect(verifier.known(text)).toEqual({ caller });
  });

  test('refuses a right prefix with a wrong secret, and what is no key', async () => {
    const { text } = await createKey(keys, { name: 'shop' });
    const verifier = new KeyVerifier(keys);
    const wrong = text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');
    for (const hostile of [
      wrong,
      newKey().text,
      '',
      'thau_0000000000_' + '0'.repeat(32),
      '\ud800',
      "' or 1=1",
    ]) {
      expect(await verifier.verify(hostile)).toEqual({ refused: 'unknown' });
    }
    expect(await verifier.verify(text)).toHaveProperty('caller');
  });

  test('refuses a key that has expired while it was remembered', async () => {
    const { text, key } = await createKey(keys, {
      name: 'brief',
      expiresAt: new Date(Date.now() + 86_400_000),
    });
    const verifier = new KeyVerifier(keys);
    expect(await verifier.verify(text)).toHaveProperty('caller');
    await home.test.query('update thau.api_keys set expires_at = now() where key_id = $1', [key.keyId]);
    verifier.forget();
    expect(await verifier.verify(text)).toEqual({ refused: 'expired' });
  });

  test('ends a revoked key once it is told, and not by asking scrypt again', async () => {
    const { text, key } = await createKey(keys, { name: 'gone' });
    const verifier = new KeyVerifier(keys);
    await verifier.verify(text);
    await revokeKey(keys, key.keyId);
    verifier.forget();
    expect(verifier.known(text)).toBeUndefined();
    expect(await verifier.verify(text)).toEqual({ refused: 'revoked' });
  });

  test('shares one check among equal keys asked at once', async () => {
    const { text } = await createKey(keys, { name: 'many' });
    let asked = 0;
    const counting: KeyDatabase = {
      ...keys,
      database: {
        query: (sql, values) => {
          asked += 1;
          return home.database.query(sql, values);
        },
        queryText: (sql, values) => home.database.queryText(sql, values),
      },
    };
    const verifier = new KeyVerifier(counting);
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(text)));
    expect(verdicts.every((verdict) => 'caller' in verdict)).toBe(true);
    expect(asked).toBe(1);
  });

  test('writes down when keys were used, in one statement', async () => {
    const { text, key } = await createKey(keys, { name: 'used' });
    const verifier = new KeyVerifier(keys);
    await verifier.verify(text);
    await verifier.flushUses();
    const listed = await listKeys(keys);
    expect(listed.find((one) => one.keyId === key.keyId)?.lastUsedAt).toBeInstanceOf(Date);
  });
});
