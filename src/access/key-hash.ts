import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// 16 MB and some 40 ms: the secret has 182 random bits, so the hash guards a leaked table, not a weak password
const cost = { N: 2 ** 14, r: 8, p: 1 };
const hashBytes = 32;

/** `scrypt$16384$8$1$<salt>$<hash>`, salt and hash in base64url. */
export async function hashKey(text: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(text, salt, cost, hashBytes);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether `text` is the key behind `stored`; false for a hash of another make. */
export async function verifyKey(text: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64url');
  if (expected.length === 0) return false;
  const parameters = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await derive(text, Buffer.from(salt, 'base64url'), parameters, expected.length);
  return timingSafeEqual(actual, expected);
}

function derive(text: string, salt: Buffer, parameters: typeof cost, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, length, { ...parameters, maxmem: 64 * 1024 * 1024 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
