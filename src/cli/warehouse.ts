import type { Connection } from '../config/connection.js';
import type { Settings } from '../config/settings.js';
import type { Database } from '../postgres/database.js';
import type { ServerFacts } from '../postgres/open-database.js';

/** The database of a project, ready for use. */
export interface Warehouse {
  readonly settings: Settings;
  readonly database: Database;
  /** Where the pool connects, which may be a pooler. */
  readonly connection: Connection;
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

/** Connects as the settings say, starting the embedded server if need be, and brings thau's own tables up to date. */
export async function openWarehouse({ settings, log }: WarehouseOptions): Promise<Warehouse> {
  const { openDatabase } = await import('../postgres/open-database.js');
  const { Database } = await import('../postgres/database.js');
  const { migrate } = await import('../postgres/migrate.js');
  const server = await reachServer(settings, log);
  const { connection, direct } = server;
  const addresses = { connection, ...(direct && { direct }) };
  const pools: Database[] = [];
  const openPool: Warehouse['openPool'] = (options) => {
    const pool = new Database({ ...addresses, ...options });
    pools.push(pool);
    return pool;
  };
  const close = async (): Promise<void> => {
    try {
      await Promise.all(pools.map((pool) => pool.close()));
    } finally {
      await server.leave();
    }
  };
  try {
    const max = Math.max(settings.database.pool, settings.threads + 2);
    const { lockTimeout } = settings.runs;
    const { database, facts } = await openDatabase({
      ...addresses,
      max,
      ...(lockTimeout > 0 && { lockTimeout }),
    });
    pools.push(database);
    const { stateSchema } = settings.database;
    const migrated = await migrate({ database, connection: direct ?? connection, stateSchema });
    if (migrated.length > 0) log(`thau's own tables are up to date (${migrated.join(', ')})`, { migrated });
    return {
      settings,
      database,
      connection,
      direct: direct ?? connection,
      facts,
      ...(server.started !== undefined && { embedded: { started: server.started } }),
      openPool,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Server {
  readonly connection: Connection;
  readonly direct?: Connection;
  /** Of the embedded server: this process started it. */
  readonly started?: boolean;
  leave(): Promise<void>;
}

async function reachServer({ source, embedded }: Settings, log: WarehouseOptions['log']): Promise<Server> {
  if (source.kind === 'server') return { ...source, leave: () => Promise.resolve() };
  const { useEmbeddedServer } = await import('../postgres/embedded/embedded-server.js');
  return useEmbeddedServer({ ...embedded, folder: embedded.dataDir, log: (message) => log(message) });
}
