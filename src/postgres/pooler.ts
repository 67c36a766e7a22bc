import { ThauError } from '../errors/thau-error.js';
import type { Database } from './database.js';
import type { Session } from './session.js';

/**
 * A transaction pooler gives each statement to whichever backend is free: session locks and LISTEN would be lost
 * without a word. It shows in that the key it gave us is not the backend's process id. Whoever names the direct
 * connection is believed.
 */
export async function refusePooler(database: Database, session: Session): Promise<void> {
  if (database.hasDirect) return;
  const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  if (rows[0]?.pid === session.backendPid) return;
  throw new ThauError('POSTGRES_POOLER', `A pooler stands before PostgreSQL at ${database.description}.`, {
    hint: 'Set DATABASE_DIRECT_URL to the address of PostgreSQL itself; DATABASE_URL may stay the pooler.',
  });
}
