import type { Connection } from '../../config/connection.js';
import { clientConfig } from '../client-config.js';
import type { Database } from '../database.js';
import { StatementPool, type StatementPoolOptions } from './statement-pool.js';

export interface OpenStatementPoolOptions extends Omit<StatementPoolOptions, 'client' | 'cancel'> {
  readonly connection: Connection;
  /** Cancels statements nobody waits for. */
  readonly database: Database;
}

/** The reading pool of an API process. Connects when the first statement comes. */
export function openStatementPool(options: OpenStatementPoolOptions): StatementPool {
  const { connection, database, ...rest } = options;
  return new StatementPool({
    ...rest,
    client: clientConfig(connection, 'thau api'),
    cancel: (backendPid) => database.cancelBackend(backendPid),
  });
}
