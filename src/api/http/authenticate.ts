import type { IncomingHttpHeaders } from 'node:http';
import { anonymous, type Caller } from '../../access/caller.js';
import { keyOfHeaders } from '../../access/credentials.js';
import type { KeyVerifier, Verdict } from '../../access/key-verifier.js';

/** Who asks, or why they are not answered. */
export type Authentication = { readonly caller: Caller } | { readonly status: 401; readonly message: string };

const noKey: Authentication = {
  status: 401,
  message: 'A key is needed: Authorization: Bearer <key>, Basic <any>:<key>, or X-API-Key: <key>.',
};
const refused: Authentication = { status: 401, message: 'The key is not valid.' };
const expired: Authentication = { status: 401, message: 'The key has expired.' };
const revoked: Authentication = { status: 401, message: 'The key was revoked.' };
const open: Authentication = { caller: anonymous };

/** Decides who asks by the request's headers. */
export class Authenticator {
  readonly #verifier: KeyVerifier;
  readonly #allowAnonymous: boolean;

  constructor(verifier: KeyVerifier, allowAnonymous: boolean) {
    this.#verifier = verifier;
    this.#allowAnonymous = allowAnonymous;
  }

  /** The answer if it is in memory; undefined where the database must be asked. */
  known(headers: IncomingHttpHeaders): Authentication | undefined {
    const key = keyOfHeaders(headers);
    if (key === undefined) return this.#allowAnonymous ? open : noKey;
    const verdict = this.#verifier.known(key);
    return verdict === undefined ? undefined : authentication(verdict);
  }

  async check(headers: IncomingHttpHeaders): Promise<Authentication> {
    const key = keyOfHeaders(headers);
    if (key === undefined) return this.#allowAnonymous ? open : noKey;
    return authentication(await this.#verifier.verify(key));
  }
}

function authentication(verdict: Verdict): Authentication {
  if ('caller' in verdict) return verdict;
  return verdict.refused === 'expired' ? expired : verdict.refused === 'revoked' ? revoked : refused;
}
