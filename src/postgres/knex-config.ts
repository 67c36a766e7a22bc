import type { Knex } from 'knex';
import type { Connection } from '../config/connection.js';
import { clientConfig } from './client-config.js';

/** knex over one connection: it runs thau's own migrations and nothing else. */
export function knexConfig(connection: Connection): Knex.Config {
  return {
    client: 'pg',
    connection: clientConfig(connection, 'thau migrations') as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: 1,
      afterCreate: (client: RoleClient, done: (error: Error | null, client: RoleClient) => void) => {
        if (connection.role === undefined) done(null, client);
        else
          client.query(`set role "${connection.role.replaceAll('"', '""')}"`, (error) => done(error, client));
      },
    },
    // migrations say what they do by name; knex's own lines would break `--json`
    log: { debug: silent, warn: silent, error: silent, deprecate: silent },
  };
}

interface RoleClient {
  query(text: string, done: (error: Error | null) => void): void;
}

function silent(): void {
  // says nothing
}
