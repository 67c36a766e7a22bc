import type { Connection } from '../config/connection.js';
import type { Settings } from '../config/settings.js';
import type { Database } from '../postgres/database.js';
import type { ServerFacts } from '../postgres/open-database.js';

/** The database of a project, ready for use. */
export interface Warehouse {
  readonly settings: Settings;
  readonly database: Database;
  /** PostgreSQL itself, not a pooler. */
  readonly direct: Connection;
  readonly facts: ServerFacts;
  /** The embedded server, where it is one; `started` when this process started it. */
  readonly embedded?: { readonly started: boolean };
  /** A pool of its own, for the API: its name in pg_stat_activity is `applicationName`. */
  openPool(options: { readonly max: number; readonly applicationName: string }): Database;
  close(): Promise<void>;
}

export interface WarehouseOptions {
  readonly settings: Settings;
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** Connects as the settings say, and brings thau's own tables up to date. */
export async function openWarehouse({ settings, log }: WarehouseOptions): Promise<Warehouse> {
  const { openDatabase } = await import('../postgres/open-database.js');
  const { Database } = await import('../postgres/database.js');
  const { migrate } = await import('../postgres/migrate.js');
  const { source } = settings;
  if (source.kind === 'embedded') throw new Error('the embedded server comes next');
  const direct = source.direct ?? source.connection;
  const pools: Database[] = [];
  const openPool: Warehouse['openPool'] = ({ max, applicationName }) => {
    const pool = new Database({
      connection: source.connection,
      ...(source.direct && { direct: source.direct }),
      max,
      applicationName,
    });
    pools.push(pool);
    return pool;
  };
  const close = async (): Promise<void> => {
    await Promise.all(pools.map((pool) => pool.close()));
  };
  const { database, facts } = await openDatabase({
    connection: source.connection,
    ...(source.direct && { direct: source.direct }),
    max: Math.max(settings.database.pool, settings.threads + 2),
  });
  pools.push(database);
  try {
    const { stateSchema } = settings.database;
    const migrated = await migrate({ database, connection: direct, stateSchema });
    if (migrated.length > 0) log(`thau's own tables are up to date (${migrated.join(', ')})`, { migrated });
  } catch (error) {
    await close();
    throw error;
  }
  return { settings, database, direct, facts, openPool, close };
}
