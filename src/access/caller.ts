/** What a key may be used for: everything its role allows, or trusted operations of `/q` alone. */
export type KeyKind = 'api' | 'bi';

/** What is known of a caller beside who they are; row filters compare columns with it. */
export type Claims = Readonly<Record<string, unknown>>;

/** Who is asking. */
export interface Caller {
  /** The shown prefix of the key, or the subject of a token; undefined for a request without one, where that is allowed. */
  readonly keyId: string | undefined;
  readonly name: string;
  /** One of them answers a request: the first, or the one that `X-Thau-Role` names. */
  readonly roles: readonly string[];
  readonly claims: Claims;
  readonly kind: KeyKind;
}

/**
 * The caller of a request without a key: only where the setting `api.allow_anonymous` says so, and then only from
 * loopback, to a server that listens on loopback, outside production.
 */
export const anonymous: Caller = {
  keyId: undefined,
  name: 'anonymous',
  roles: ['admin'],
  claims: {},
  kind: 'api',
};
