import { ThauError } from '../errors/thau-error.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Claims, KeyKind } from './caller.js';
import { hashKey } from './key-hash.js';
import { newKey } from './key-text.js';

/** Where the keys stand. */
export interface KeyDatabase {
  readonly database: Queryable;
  /** thau's own schema, quoted. */
  readonly state: string;
}

/** A key as it is stored. */
export interface StoredKey {
  /** The shown prefix. */
  readonly keyId: string;
  readonly name: string;
  readonly role: string;
  /** Roles that a request may name instead. */
  readonly otherRoles: readonly string[];
  readonly claims: Claims;
  readonly kind: KeyKind;
  readonly hash: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewKeyOptions {
  readonly name: string;
  /** The first answers where a request names none; `admin` unless given. */
  readonly roles?: readonly string[];
  readonly claims?: Claims;
  readonly kind?: KeyKind;
  readonly expiresAt?: Date;
}

/** The channel on which API processes learn that a key was made or revoked. */
export const keysChannel = 'thau_keys';

const columns = `key_id as "keyId", name, role, other_roles as "otherRoles",
  claims, kind, hash, created_at as "createdAt", expires_at as "expiresAt",
  revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

/** Makes a key. Its text is in the answer and nowhere else: only the hash is stored. */
export async function createKey(
  keys: KeyDatabase,
  options: NewKeyOptions,
): Promise<{ readonly text: string; readonly key: StoredKey }> {
  if (options.name.trim() === '') {
    throw new ThauError('ACCESS_KEY_NAME', 'a key needs a name', {
      hint: 'Say who or what will use it, such as --name "Power BI, finance".',
    });
  }
  if (options.expiresAt !== undefined && !(options.expiresAt.getTime() > Date.now())) {
    throw new ThauError('ACCESS_KEY_EXPIRY', 'the day the key expires is not in the future', {
      hint: 'Write a later day, such as --expires 2027-12-31.',
    });
  }
  const [role = 'admin', ...others] = options.roles ?? [];
  const { id, text } = newKey();
  const { rows } = await keys.database.query<StoredKey>(
    `insert into ${keys.state}.api_keys (key_id, name, hash, role, kind, expires_at, other_roles, claims)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
    [
      id,
      options.name.trim(),
      await hashKey(text),
      role,
      options.kind ?? 'api',
      options.expiresAt ?? null,
      others,
      JSON.stringify(options.claims ?? {}),
    ],
  );
  const [key] = rows;
  if (key === undefined) throw new Error('insert … returning answered no row');
  await keys.database.query(`select pg_notify('${keysChannel}', $1)`, [id]);
  return { text, key };
}

/** Every key, the newest first. */
export async function listKeys(keys: KeyDatabase): Promise<readonly StoredKey[]> {
  const { rows } = await keys.database.query<StoredKey>(
    `select ${columns} from ${keys.state}.api_keys order by created_at desc, key_id`,
  );
  return rows;
}

/** The row behind a shown prefix. */
export async function findKey(keys: KeyDatabase, keyId: string): Promise<StoredKey | undefined> {
  const { rows } = await keys.database.query<StoredKey>(
    `select ${columns} from ${keys.state}.api_keys where key_id = $1`,
    [keyId],
  );
  return rows[0];
}

/** Ends a key at once, in every API process; `keyId` may be written with `thau_` before it. */
export async function revokeKey(keys: KeyDatabase, keyId: string): Promise<StoredKey> {
  const id = keyId.replace(/^thau_/, '').replace(/_.*$/, '');
  const { rows } = await keys.database.query<StoredKey>(
    `update ${keys.state}.api_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
     where key_id = $1 returning ${columns}`,
    [id],
  );
  const [key] = rows;
  if (key === undefined) {
    throw new ThauError('ACCESS_UNKNOWN_KEY', `there is no key ${id}`, {
      hint: '`thau key list` shows every key by its prefix.',
    });
  }
  await keys.database.query(`select pg_notify('${keysChannel}', $1)`, [id]);
  return key;
}

/** Whether no key was ever made: the first start makes one and prints it. */
export async function hasNoKeys(keys: KeyDatabase): Promise<boolean> {
  const { rows } = await keys.database.query<{ empty: boolean }>(
    `select not exists (select from ${keys.state}.api_keys) as empty`,
  );
  return rows[0]?.empty ?? false;
}

/** Writes down when keys were last used. */
export async function touchKeys(
  keys: KeyDatabase,
  uses: readonly { readonly keyId: string; readonly at: Date }[],
): Promise<void> {
  await keys.database.query(
    `update ${keys.state}.api_keys k set last_used_at = greatest(k.last_used_at, used.at)
     from unnest($1::text[], $2::timestamptz[]) as used (key_id, at) where k.key_id = used.key_id`,
    [uses.map((use) => use.keyId), uses.map((use) => use.at.toISOString())],
  );
}
