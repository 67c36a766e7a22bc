import { createHash } from 'node:crypto';
import type { Session } from './session.js';

/**
 * The 64-bit key of a name, as text. Advisory locks are per database and end with their session:
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export function advisoryKey(name: string): string {
  return createHash('sha256').update(`thau:${name}`).digest().readBigInt64BE().toString();
}

/** Takes the lock of a name for the session, if it is free. */
export async function tryAdvisoryLock(session: Session, name: string): Promise<boolean> {
  const { rows } = await session.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [
    advisoryKey(name),
  ]);
  return rows[0]?.got ?? false;
}

/** Takes it from whoever holds it, whose session ends by that; false when that session would not end. */
export async function takeAdvisoryLock(session: Session, name: string): Promise<boolean> {
  if (await tryAdvisoryLock(session, name)) return true;
  for (const pid of await advisoryLockHolders(session, name)) {
    await session.query('select pg_terminate_backend($1, 5000)', [pid]);
  }
  return tryAdvisoryLock(session, name);
}

export async function releaseAdvisoryLock(session: Session, name: string): Promise<void> {
  await session.query('select pg_advisory_unlock($1)', [advisoryKey(name)]);
}

/** The backends that hold the lock of a name in this database. */
export async function advisoryLockHolders(session: Session, name: string): Promise<number[]> {
  const { rows } = await session.query<{ pid: number }>(
    /* sql */ `
      select pid from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::int8 << 32) | objid::int8 = $1::int8`,
    [advisoryKey(name)],
  );
  return rows.map((row) => row.pid);
}
