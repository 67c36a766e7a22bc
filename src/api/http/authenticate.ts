import type { IncomingHttpHeaders } from 'node:http';
import { anonymous, type Caller } from '../../access/caller.js';
import { keyOfHeaders } from '../../access/credentials.js';
import type { KeyVerifier, Verdict } from '../../access/key-verifier.js';
import type { AccessRole, RoleBook } from '../../access/role-book.js';
import { looksLikeToken, type TokenVerifier } from '../../access/token-verifier.js';

/** Who asks and under which role, or why they are not answered. */
export type Authentication =
  | { readonly caller: Caller; readonly access: AccessRole }
  | { readonly status: 401 | 403; readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN'; readonly message: string };

const unauthenticated = (message: string): Authentication => ({
  status: 401,
  code: 'UNAUTHENTICATED',
  message,
});
const forbidden = (message: string): Authentication => ({ status: 403, code: 'FORBIDDEN', message });

const noKey = unauthenticated(
  'A key is needed: Authorization: Bearer <key>, Basic <any>:<key>, or X-API-Key: <key>.',
);
const refused = unauthenticated('The key is not valid.');
const expired = unauthenticated('The key has expired.');
const revoked = unauthenticated('The key was revoked.');

export interface AuthenticatorOptions {
  readonly keys: KeyVerifier;
  /** Takes JSON Web Tokens too, where the settings say whose. */
  readonly tokens: TokenVerifier | undefined;
  readonly roles: RoleBook;
  readonly allowAnonymous: boolean;
}

/** The header by which a caller of several roles says under which to answer. */
export const roleHeader = 'x-thau-role';

/** Decides who asks, and under which role, by the request's headers. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #byCaller = new WeakMap<Caller, Authentication>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** The answer if it is in memory; undefined where the database must be asked. */
  known(headers: IncomingHttpHeaders): Authentication | undefined {
    const key = keyOfHeaders(headers);
    if (key === undefined) return this.#withoutKey(headers);
    const { tokens, keys } = this.#options;
    const verdict = tokens !== undefined && looksLikeToken(key) ? tokens.known(key) : keys.known(key);
    return verdict === undefined ? undefined : this.#authentication(verdict, headers);
  }

  async check(headers: IncomingHttpHeaders): Promise<Authentication> {
    const key = keyOfHeaders(headers);
    if (key === undefined) return this.#withoutKey(headers);
    const { tokens, keys } = this.#options;
    const verifier = tokens !== undefined && looksLikeToken(key) ? tokens : keys;
    return this.#authentication(await verifier.verify(key), headers);
  }

  #withoutKey(headers: IncomingHttpHeaders): Authentication {
    return this.#options.allowAnonymous ? this.#authentication({ caller: anonymous }, headers) : noKey;
  }

  #authentication(verdict: Verdict, headers: IncomingHttpHeaders): Authentication {
    if (!('caller' in verdict)) {
      return verdict.refused === 'expired' ? expired : verdict.refused === 'revoked' ? revoked : refused;
    }
    const { caller } = verdict;
    const wanted = headers[roleHeader];
    if (wanted !== undefined) return this.#under(caller, String(wanted));
    let usual = this.#byCaller.get(caller);
    if (usual === undefined) {
      usual = this.#under(caller, caller.roles[0] ?? '');
      this.#byCaller.set(caller, usual);
    }
    return usual;
  }

  #under(caller: Caller, name: string): Authentication {
    if (!caller.roles.includes(name)) return forbidden('The key does not have the role that was asked for.');
    const access = this.#options.roles.find(name);
    if (access === undefined) return forbidden(`The key's role "${name}" is not defined in thau.yml.`);
    return { caller, access };
  }
}
