import { createHash, randomBytes } from 'node:crypto';
import type { Queryable } from '../postgres/queryable.js';

/**
 * This warehouse's secret for hashes of what was erased: with it, a value that somebody brings can be recognised;
 * without it nobody can try all phone numbers.
 */
export async function readSalt(database: Queryable, state: string): Promise<string> {
  await database.query(
    `insert into ${state}.settings (key, value) values ('privacy_salt', to_jsonb($1::text)) on conflict do nothing`,
    [randomBytes(32).toString('hex')],
  );
  return (await findSalt(database, state)) ?? '';
}

/** Undefined where nobody was ever erased. */
export async function findSalt(
  database: Pick<Queryable, 'query'>,
  state: string,
): Promise<string | undefined> {
  const { rows } = await database.query<{ salt: string }>(
    `select value #>> '{}' as salt from ${state}.settings where key = 'privacy_salt'`,
  );
  return rows[0]?.salt;
}

/** As `saltedSql` makes it in PostgreSQL. */
export function salted(salt: string, value: string): string {
  return createHash('sha256').update(`${salt}:${value}`).digest('hex');
}

/** The same of an SQL expression of type text; `parameter` holds the salt. */
export function saltedSql(expression: string, parameter: number): string {
  return `encode(sha256(convert_to($${parameter}::text || ':' || (${expression}), 'UTF8')), 'hex')`;
}
