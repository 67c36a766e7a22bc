import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { ThauError } from '../errors/thau-error.js';
import type { Caller, Claims } from './caller.js';
import type { Verdict } from './key-verifier.js';

/** Whose tokens are taken, and how they are read. */
export interface TokenSettings {
  /** The keys of who signs: `https://…/jwks.json`, or a file with a JSON Web Key Set or a public key in PEM. */
  readonly keys?: string;
  /** A shared secret for HS256, HS384 and HS512; from the environment. */
  readonly secret?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** The claim that names the role, or a list of roles; `a.b` looks into objects. Default `role`. */
  readonly roleClaim?: string;
}

const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const symmetric = ['HS256', 'HS384', 'HS512'];

/** Tokens remembered at most. */
const remembered = 10_000;
/** Milliseconds for which what a token proved, or failed to, is kept. */
const keepFor = 60_000;

interface Kept {
  readonly verdict: Verdict;
  readonly until: number;
}

/** Three parts in base64url, as no key of thau's own has. */
export const looksLikeToken = (text: string): boolean =>
  text.startsWith('eyJ') && text.split('.').length === 3;

/**
 * Answers who a JSON Web Token names. What was proven is kept for a minute at most, and never past the token's end,
 * by the SHA-256 of the token. A token without an end is refused: nobody could revoke it.
 */
export class TokenVerifier {
  readonly #settings: TokenSettings;
  readonly #kept = new Map<string, Kept>();
  #key: Promise<JWTVerifyGetKey> | undefined;

  constructor(settings: TokenSettings) {
    this.#settings = settings;
  }

  /** The verdict if it is in memory and fresh. */
  known(text: string): Verdict | undefined {
    const kept = this.#kept.get(digest(text));
    return kept !== undefined && Date.now() < kept.until ? kept.verdict : undefined;
  }

  async verify(text: string): Promise<Verdict> {
    const known = this.known(text);
    if (known !== undefined) return known;
    const { verdict, until } = await this.#check(text);
    const name = digest(text);
    this.#kept.delete(name);
    this.#kept.set(name, { verdict, until });
    if (this.#kept.size > remembered) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return verdict;
  }

  async #check(text: string): Promise<Kept> {
    const { errors, jwtVerify } = await import('jose');
    const { issuer, audience, secret } = this.#settings;
    const options: JWTVerifyOptions = {
      algorithms: secret === undefined ? asymmetric : symmetric,
      requiredClaims: ['exp'],
      clockTolerance: 5,
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    };
    this.#key ??= this.#readKey();
    let key: JWTVerifyGetKey;
    try {
      key = await this.#key;
    } catch (error) {
      // the file may be there at the next token
      this.#key = undefined;
      throw error;
    }
    const now = Date.now();
    try {
      const { payload } = await jwtVerify(text, key, options);
      const end = (payload.exp ?? 0) * 1000;
      return { verdict: { caller: this.#caller(payload) }, until: Math.min(end, now + keepFor) };
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        return { verdict: { refused: 'expired' }, until: now + keepFor };
      // the keys could not be fetched: that is no word on the token
      const unknown =
        !(error instanceof errors.JOSEError) ||
        ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(error.code);
      if (unknown) throw keysUnavailable(error);
      return { verdict: { refused: 'unknown' }, until: now + 5_000 };
    }
  }

  #caller(payload: JWTPayload): Caller {
    const { roleClaim = 'role' } = this.#settings;
    let value: unknown = payload;
    for (const part of roleClaim in payload ? [roleClaim] : roleClaim.split('.')) {
      value = typeof value === 'object' && value !== null ? (value as Claims)[part] : undefined;
    }
    const roles = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    const subject = payload.sub ?? '';
    return { keyId: `token:${subject}`, name: subject, roles, claims: payload, kind: 'api' };
  }

  async #readKey(): Promise<JWTVerifyGetKey> {
    const { createLocalJWKSet, createRemoteJWKSet, errors, importSPKI } = await import('jose');
    const { keys, secret } = this.#settings;
    if (secret !== undefined) {
      const bytes = new TextEncoder().encode(secret);
      return () => Promise.resolve(bytes);
    }
    if (keys === undefined) throw new Error('tokens need keys or a secret');
    if (/^https?:\/\//.test(keys)) return createRemoteJWKSet(new URL(keys), { timeoutDuration: 5_000 });
    try {
      const text = await readFile(keys, 'utf8');
      if (!text.includes('-----BEGIN')) return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      return (header) =>
        importSPKI(text, header.alg).catch(() => {
          throw new errors.JOSEAlgNotAllowed('the key is of another algorithm');
        });
    } catch (error) {
      throw keysUnavailable(error);
    }
  }
}

function keysUnavailable(error: unknown): ThauError {
  return new ThauError('ACCESS_TOKEN_KEYS', 'The keys that tokens are signed with could not be read.', {
    hint: 'Look at `api.tokens.keys` in thau.yml: a file, or an address that answers with a JSON Web Key Set.',
    cause: error,
  });
}

const digest = (text: string): string => hash('sha256', text, 'base64');
