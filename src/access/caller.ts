/** What a key may be used for: everything its role allows, or trusted operations of `/q` alone. */
export type KeyKind = 'api' | 'bi';

/** Who is asking. */
export interface Caller {
  /** The shown prefix of the key; undefined for a request without one, where that is allowed. */
  readonly keyId: string | undefined;
  readonly name: string;
  readonly role: string;
  readonly kind: KeyKind;
}

/**
 * The caller of a request without a key: only where the setting `api.allow_anonymous` says so, and then only from
 * loopback, to a server that listens on loopback, outside production.
 */
export const anonymous: Caller = { keyId: undefined, name: 'anonymous', role: 'admin', kind: 'api' };
