import type pg from 'pg';
import { BoundedClient } from '../bounded-client.js';
import { TextQuery, type TextRow, type WireConnection } from './text-query.js';
import type { Statement } from './statement.js';

/** How many named statements one connection keeps: a plan takes some 100 kB of the backend's memory. */
const preparedBudget = 200;

/** After these a prepared statement's plan is not to be trusted: its tables changed, or the backend lost it. */
const unprepare: ReadonlySet<string | undefined> = new Set(['0A000', '26000', '42P05']);

/**
 * One connection of the reading pool. It is used by one statement at a time; past the budget of named statements,
 * all are dropped at once while nothing runs, and `pg`'s own record of them with them.
 */
export class StatementClient {
  readonly #client: pg.Client;
  #prepared = 0;
  #dropPrepared = false;
  #broken = false;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Connects; `onEnd` is called once when the connection is gone. */
  static async connect(config: pg.ClientConfig, setup: string, onEnd: () => void): Promise<StatementClient> {
    const client = new BoundedClient(config);
    const made = new StatementClient(client);
    client.on('error', () => made.#end(onEnd));
    client.on('end', () => made.#end(onEnd));
    try {
      await client.connect();
      if (setup !== '') await client.query(setup);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return made;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** `pg_stat_activity.pid`. */
  get backendPid(): number {
    return (this.#client as pg.Client & { processID: number }).processID;
  }

  run(
    statement: Statement,
    values: readonly (string | null)[],
    prepare: boolean,
    done: (error: Error | undefined, rows: readonly TextRow[]) => void,
  ): void {
    if (this.#dropPrepared || this.#prepared >= preparedBudget) {
      this.#deallocate().then(
        () => this.run(statement, values, prepare, done),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), []),
      );
      return;
    }
    const name = statement.nameForUse(prepare);
    if (name !== '' && this.#wire.parsedStatements[name] === undefined) this.#prepared += 1;
    const query = new TextQuery(statement.text, name, values, (error, rows) => {
      if (error !== undefined && unprepare.has((error as { code?: string }).code)) this.#dropPrepared = true;
      done(error, rows);
    });
    this.#client.query(query);
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  async #deallocate(): Promise<void> {
    await this.#client.query('deallocate all');
    this.#wire.parsedStatements = {};
    this.#wire.submittedNamedStatements = {};
    this.#prepared = 0;
    this.#dropPrepared = false;
  }

  get #wire(): WireConnection {
    return this.#client.connection as unknown as WireConnection;
  }

  #end(onEnd: () => void): void {
    if (this.#broken) return;
    this.#broken = true;
    onEnd();
  }
}
