import type pg from 'pg';
import { ThauError } from '../../errors/thau-error.js';
import { failure } from '../failure.js';
import type { Cancellation } from './cancellation.js';
import { Deadlines, type Deadline } from './deadlines.js';
import { FairQueue } from './fair-queue.js';
import { StatementClient } from './statement-client.js';
import type { Statement } from './statement.js';
import type { WireRow } from './statement-wire.js';

export interface StatementPoolOptions {
  readonly client: pg.ClientConfig;
  /** Connections at most. */
  readonly size: number;
  /** Milliseconds a statement may run; PostgreSQL's `statement_timeout`. */
  readonly statementTimeout: number;
  /** Requests that may wait for a connection; more are refused at once. Default 50 per connection. */
  readonly queueLength?: number;
  /** Milliseconds a request may wait for a connection before it is refused; default 5,000. */
  readonly queueTimeout?: number;
  /** Named statements; off behind a pooler that cannot keep them. Default true. */
  readonly prepare?: boolean;
  /** Cancels what a backend runs; resolves when PostgreSQL was told. */
  readonly cancel: (backendPid: number) => Promise<unknown>;
}

export interface RunOptions {
  /** Whose turn it uses: requests of one owner wait behind each other, owners take turns. */
  readonly owner: string;
  /** Cancelled when nobody waits for the answer any more: PostgreSQL is told to stop. */
  readonly cancellation?: Cancellation;
}

interface Waiter {
  readonly statement: Statement;
  readonly values: readonly (string | null)[];
  readonly options: RunOptions;
  readonly resolve: (rows: readonly WireRow[]) => void;
  readonly reject: (error: unknown) => void;
  retried: boolean;
  /** Until when it may wait for a connection, while it does. */
  deadline: Deadline<Waiter> | undefined;
}

export interface PoolCounts {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/**
 * The connections that answer requests: read only, bounded, and fair between callers. A connection that breaks is
 * replaced at the next request, so a restart of the database needs none of ours; a statement on a connection that
 * broke while idle is run once more, since it only reads.
 */
export class StatementPool {
  readonly #options: Required<StatementPoolOptions>;
  readonly #setup: string;
  readonly #idle: StatementClient[] = [];
  readonly #all = new Set<StatementClient>();
  readonly #queue = new FairQueue<Waiter>();
  readonly #deadlines: Deadlines<Waiter>;
  #connecting = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: StatementPoolOptions) {
    this.#options = { queueLength: options.size * 50, queueTimeout: 5_000, prepare: true, ...options };
    this.#deadlines = new Deadlines(this.#options.queueTimeout, (waiter) => {
      if (this.#queue.remove(waiter.options.owner, waiter))
        waiter.reject(busy('no connection to the database came free in time'));
    });
    this.#setup = [
      `set statement_timeout = ${Math.round(options.statementTimeout)}`,
      'set default_transaction_read_only = on',
      'set jit = off',
      "set timezone = 'UTC'",
      "set datestyle = 'ISO'",
      'set extra_float_digits = 1',
    ].join('; ');
  }

  get counts(): PoolCounts {
    return { open: this.#all.size, idle: this.#idle.length, waiting: this.#queue.size };
  }

  /** Every row with its values as PostgreSQL wrote them. Throws ThauError: `API_BUSY` when full, else what PostgreSQL said. */
  run(
    statement: Statement,
    values: readonly (string | null)[],
    options: RunOptions,
  ): Promise<readonly WireRow[]> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        statement,
        values,
        options,
        resolve,
        reject,
        retried: false,
        deadline: undefined,
      };
      if (this.#closed) {
        reject(busy('the server is stopping'));
        return;
      }
      const client = this.#idle.pop();
      if (client !== undefined) this.#start(client, waiter);
      else this.#wait(waiter);
    });
  }

  /** Refuses new statements, and returns when those that run have ended and every connection is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#all.size > this.#idle.length || this.#connecting > 0 || this.#queue.size > 0) {
      await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    }
    this.#deadlines.clear();
    await Promise.all([...this.#all].map((client) => client.close()));
  }

  #wait(waiter: Waiter): void {
    if (this.#queue.size >= this.#options.queueLength) {
      waiter.reject(busy('too many requests wait for the database'));
      return;
    }
    const { owner, cancellation } = waiter.options;
    this.#queue.push(owner, waiter);
    waiter.deadline = this.#deadlines.add(waiter);
    cancellation?.listen(() => {
      if (!this.#queue.remove(owner, waiter)) return;
      this.#waitsNoMore(waiter);
      waiter.reject(gone());
    });
    if (this.#all.size + this.#connecting < this.#options.size) this.#connect();
  }

  #waitsNoMore(waiter: Waiter): void {
    if (waiter.deadline !== undefined) this.#deadlines.delete(waiter.deadline);
    waiter.deadline = undefined;
  }

  #connect(): void {
    this.#connecting += 1;
    const onEnd = (): void => this.#remove(client);
    let client: StatementClient | undefined;
    StatementClient.connect(this.#options.client, this.#setup, onEnd).then(
      (made) => {
        client = made;
        this.#connecting -= 1;
        if (made.broken) {
          this.#failNext(new Error('the connection ended as it began'));
          return;
        }
        this.#all.add(made);
        this.#release(made);
      },
      (error: unknown) => {
        this.#connecting -= 1;
        this.#failNext(error);
      },
    );
  }

  /** A connection could not be made: one who waits learns why, unless others are working through the queue. */
  #failNext(error: unknown): void {
    const waiter = this.#all.size > 0 ? undefined : this.#queue.shift();
    if (waiter !== undefined) {
      this.#waitsNoMore(waiter);
      waiter.reject(failure(error));
      if (this.#queue.size > 0 && this.#connecting === 0) this.#connect();
    }
    this.#settle();
  }

  #start(client: StatementClient, waiter: Waiter): void {
    const { cancellation } = waiter.options;
    if (cancellation?.cancelled) {
      waiter.reject(gone());
      this.#release(client);
      return;
    }
    let cancelling: Promise<unknown> | undefined;
    let again: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      cancelling = this.#options.cancel(client.backendPid).catch(() => undefined);
    };
    cancellation?.listen(() => {
      waiter.reject(gone());
      cancel();
      // a word that came before the backend began, or got lost, is said again
      again = setInterval(cancel, 1000);
    });
    client.run(waiter.statement, waiter.values, this.#options.prepare, (error, rows) => {
      cancellation?.listen(undefined);
      clearInterval(again);
      if (error === undefined) {
        waiter.resolve(rows);
      } else if (client.broken || isConnectionFault(error)) {
        this.#remove(client);
        if (waiter.retried || this.#closed || cancellation?.cancelled) waiter.reject(failure(error));
        else {
          waiter.retried = true;
          this.#wait(waiter);
        }
        return;
      } else {
        waiter.reject(failure(error, waiter.statement.text));
      }
      // a cancel on its way must not hit the next statement
      if (cancelling === undefined) this.#release(client);
      else void cancelling.finally(() => this.#release(client));
    });
  }

  #release(client: StatementClient): void {
    if (client.broken) {
      this.#remove(client);
      return;
    }
    const waiter = this.#queue.shift();
    if (waiter !== undefined) {
      this.#waitsNoMore(waiter);
      this.#start(client, waiter);
    } else {
      this.#idle.push(client);
      this.#settle();
    }
  }

  #remove(client: StatementClient | undefined): void {
    if (client === undefined || !this.#all.delete(client)) return;
    const index = this.#idle.indexOf(client);
    if (index >= 0) this.#idle.splice(index, 1);
    void client.close();
    if (this.#queue.size > 0 && this.#all.size + this.#connecting < this.#options.size) this.#connect();
    this.#settle();
  }

  #settle(): void {
    if (this.#all.size === this.#idle.length && this.#connecting === 0 && this.#queue.size === 0)
      this.#whenIdle?.();
  }
}

function isConnectionFault(error: Error): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code.startsWith('08') || code.startsWith('57P') || !/^[0-9A-Z]{5}$/.test(code);
}

function busy(why: string): ThauError {
  return new ThauError('API_BUSY', `The request was not started: ${why}.`, {
    hint: 'Try again in a moment.',
  });
}

function gone(): ThauError {
  return new ThauError('API_CLIENT_GONE', 'The client went away before the answer.');
}
