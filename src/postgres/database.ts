import './navigator.js';
import pg from 'pg';
import { describeConnection, type Connection } from '../config/connection.js';
import { ThauError } from '../errors/thau-error.js';
import { BoundedClient } from './bounded-client.js';
import { clientConfig } from './client-config.js';
import { failure } from './failure.js';
import { quoteIdentifier } from './identifier.js';
import type { Queryable, Result, TextRow } from './queryable.js';
import { Session, type TransactionOptions } from './session.js';

export interface DatabaseOptions {
  readonly connection: Connection;
  /** PostgreSQL itself, where `connection` is a transaction pooler: for locks, LISTEN and sessions. */
  readonly direct?: Connection;
  /** Connections of the pool; 10 unless given. */
  readonly max?: number;
  /** `pg_stat_activity.application_name`; `thau` unless given. */
  readonly applicationName?: string;
  /** Milliseconds a statement waits for a lock; PostgreSQL's own setting unless given. */
  readonly lockTimeout?: number;
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: ThauError) => void;
}

export interface UseOptions {
  /** Aborting cancels the statement that runs; `use` then waits until the connection is free of it. */
  readonly signal?: AbortSignal;
}

/** A session on a connection of its own. */
export interface OwnSession {
  readonly session: Session;
  /** Resolves with the reason when the connection broke, with undefined when it was closed. */
  readonly ended: Promise<ThauError | undefined>;
  /** Awaits a statement that is to be quick; the connection is given up when the server says nothing for 10 s. */
  answered<T>(work: Promise<T>, within?: number): Promise<T>;
  close(): Promise<void>;
}

/**
 * A PostgreSQL database: a pool of connections, and sessions of their own for locks and LISTEN. Holds no
 * connection until the first statement; `close()` returns when all are closed.
 */
export class Database implements Queryable {
  private readonly pool: pg.Pool;
  private readonly direct: Connection;
  private readonly applicationName: string;
  private readonly lockTimeout: number | undefined;
  /** True where the caller named the direct connection. */
  readonly hasDirect: boolean;

  constructor(options: DatabaseOptions) {
    this.applicationName = options.applicationName ?? 'thau';
    this.direct = options.direct ?? options.connection;
    this.hasDirect = options.direct !== undefined;
    this.lockTimeout = options.lockTimeout;
    // a pooler would hand the setting to whoever has the backend next
    const pooledLockTimeout = this.hasDirect ? undefined : options.lockTimeout;
    this.pool = new pg.Pool({
      ...clientConfig(options.connection, this.applicationName),
      Client: BoundedClient,
      max: options.max ?? 10,
      idleTimeoutMillis: 30_000,
      // pg-pool awaits it before it hands the connection out; its declared type says otherwise
      onConnect: ((client: BoundedClient) =>
        prepareSession(
          client,
          options.connection,
          pooledLockTimeout,
        )) as unknown as pg.PoolConfig['onConnect'],
    });
    this.pool.on('error', (error) => options.onIdleError?.(failure(error)));
  }

  /** Where it is, without the password. */
  get description(): string {
    return describeConnection(this.direct);
  }

  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Result<Row>> {
    return this.use((session) => session.query<Row>(text, values));
  }

  queryText(text: string, values?: readonly unknown[]): Promise<Result<TextRow>> {
    return this.use((session) => session.queryText(text, values));
  }

  /** See `Session.queryPrepared`. */
  queryPrepared(name: string, text: string, values: readonly unknown[]): Promise<TextRow[]> {
    return this.use((session) => session.queryPrepared(name, text, values));
  }

  transaction<T>(
    work: (tx: Session) => Promise<T>,
    options: TransactionOptions & UseOptions = {},
  ): Promise<T> {
    return this.use((session) => session.transaction(work, options), options);
  }

  /** Borrows a connection from the pool while `work` runs. Session settings made in it must be undone by it. */
  async use<T>(work: (session: Session) => Promise<T>, options: UseOptions = {}): Promise<T> {
    if (options.signal?.aborted) throw cancelled(options.signal);
    const client = await this.connect();
    let broken = false;
    const onError = (): void => {
      broken = true;
    };
    client.on('error', onError);
    const session = new Session(client);
    let cancelling: Promise<unknown> | undefined;
    const onAbort = (): void => {
      // a database that cannot be asked cancels nothing; the connection is given back all the same
      cancelling = this.cancelBackend(session.backendPid).catch(() => undefined);
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await work(session);
    } catch (error) {
      if (error instanceof ThauError && error.code === 'POSTGRES_CONNECTION_LOST') broken = true;
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
      await cancelling;
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  /** A connection outside the pool, to PostgreSQL itself; the caller closes it. */
  async session(applicationName = this.applicationName): Promise<OwnSession> {
    const client = new BoundedClient(clientConfig(this.direct, applicationName));
    let fault: ThauError | undefined;
    client.on('error', (error) => {
      fault ??= failure(error);
    });
    const ended = new Promise<ThauError | undefined>((resolve) => {
      client.on('end', () => resolve(fault));
    });
    try {
      await client.connect();
      await prepareSession(client, this.direct, this.lockTimeout);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw this.connectFailure(error);
    }
    return {
      session: new Session(client),
      ended,
      answered: (work, within) => client.answered(work, within),
      close: () => client.end(),
    };
  }

  /** Cancels what a backend runs; true when it was there. */
  async cancelBackend(pid: number): Promise<boolean> {
    const own = await this.session();
    try {
      const { rows } = await own.answered(
        own.session.query<{ done: boolean }>('select pg_cancel_backend($1) as done', [pid]),
      );
      return rows[0]?.done ?? false;
    } finally {
      await own.close();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw this.connectFailure(error);
    }
  }

  private connectFailure(error: unknown): ThauError {
    const known = failure(error);
    return new ThauError(known.code, known.message, {
      ...(known.hint !== undefined && { hint: known.hint }),
      notes: [`connecting to ${this.description}`, ...known.notes],
      cause: known.cause ?? known,
    });
  }
}

/** What every connection begins with. */
async function prepareSession(
  client: BoundedClient,
  connection: Connection,
  lockTimeout: number | undefined,
): Promise<void> {
  const statements: string[] = [];
  if (lockTimeout !== undefined) statements.push(`set lock_timeout to ${Math.round(lockTimeout)}`);
  if (connection.role !== undefined) statements.push(`set role ${quoteIdentifier(connection.role)}`);
  if (connection.searchPath !== undefined) statements.push(`set search_path to ${connection.searchPath}`);
  if (statements.length > 0) await client.answered(client.query(statements.join('; ')));
}

function cancelled(signal: AbortSignal): ThauError {
  return new ThauError('POSTGRES_CANCELLED', 'Cancelled before the statement began.', {
    cause: signal.reason,
  });
}
