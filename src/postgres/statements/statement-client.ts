import type pg from 'pg';
import { BoundedClient } from '../bounded-client.js';
import { ReusingSocket } from './reusing-socket.js';
import type { Statement } from './statement.js';
import { StatementWire, type WireRow } from './statement-wire.js';

/** How many named statements one connection keeps: a plan takes some 100 kB of the backend's memory. */
const preparedBudget = 200;
/** Milliseconds after which a statement that nobody ran is given up: most are of tables that a publish replaced. */
const staleAfter = 120_000;

/** After these a prepared statement's plan is not to be trusted: its tables changed, or the backend lost it. */
const unprepare: ReadonlySet<string | undefined> = new Set(['0A000', '26000', '42P05']);

/**
 * One connection of the reading pool. It is used by one statement at a time. Where another statement is prepared, those
 * that nobody ran for long are given up, and past the budget those that were not run for longest.
 */
export class StatementClient {
  readonly #client: pg.Client;
  readonly #wire: StatementWire;
  /** When each prepared statement was last run, by `performance.now`. */
  readonly #prepared = new Map<string, number>();
  #dropPrepared = false;
  #broken = false;

  private constructor(client: pg.Client, onEnd: () => void) {
    this.#client = client;
    this.#wire = new StatementWire(client.connection.stream);
    const end = (): void => {
      if (this.#broken) return;
      this.#broken = true;
      onEnd();
    };
    client.on('error', end);
    client.on('end', end);
  }

  /** Connects; `onEnd` is called once when the connection is gone. */
  static async connect(config: pg.ClientConfig, setup: string, onEnd: () => void): Promise<StatementClient> {
    const client = new BoundedClient({
      ...config,
      ...(isPlain(config) && { stream: () => new ReusingSocket() }),
    });
    // one that breaks while it begins says so by what is awaited
    const ignore = (): void => undefined;
    client.on('error', ignore);
    try {
      await client.connect();
      if (setup !== '') await client.query(setup);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return new StatementClient(client, onEnd);
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
    done: (error: Error | undefined, rows: readonly WireRow[]) => void,
  ): void {
    if (this.#dropPrepared) {
      this.#dropAll((error) => {
        if (error === undefined) this.run(statement, values, prepare, done);
        else done(error, []);
      });
      return;
    }
    const name = statement.nameForUse(prepare);
    const now = performance.now();
    const isKnown = this.#prepared.has(name);
    if (isKnown) this.#prepared.set(name, now);
    const asked = isKnown
      ? { name, values }
      : { name, values, text: statement.text, close: name === '' ? [] : this.#givenUp(now) };
    this.#wire.ask(asked, (error, rows, parsed) => {
      if (parsed && name !== '') this.#prepared.set(name, now);
      if (error !== undefined && unprepare.has((error as { code?: string }).code)) this.#dropPrepared = true;
      done(error, rows);
    });
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  /** Prepared statements that make room for another. */
  #givenUp(now: number): readonly string[] {
    const close: string[] = [];
    for (const [name, ran] of this.#prepared) if (now - ran > staleAfter) close.push(name);
    if (this.#prepared.size - close.length >= preparedBudget) {
      const oldest = [...this.#prepared].sort(([, one], [, other]) => one - other);
      close.splice(0, close.length, ...oldest.slice(0, preparedBudget / 4).map(([name]) => name));
    }
    for (const name of close) this.#prepared.delete(name);
    return close;
  }

  #dropAll(done: (error: Error | undefined) => void): void {
    this.#wire.ask({ name: '', text: 'deallocate all', values: [] }, (error) => {
      if (error === undefined) {
        this.#prepared.clear();
        this.#dropPrepared = false;
      }
      done(error);
    });
  }
}

/** Without TLS, which reads by itself. `pg` reads the environment where `ssl` is not set. */
function isPlain({ ssl }: pg.ClientConfig): boolean {
  if (ssl !== undefined) return ssl === false;
  return process.env['PGSSLMODE'] === undefined;
}
