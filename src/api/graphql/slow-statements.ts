import type { Database } from '../../postgres/database.js';
import type { Log } from '../log.js';

/** Milliseconds in which the plan of one statement is asked for once. */
const interval = 60_000;
/** Statements remembered; the oldest are forgotten. */
const remembered = 200;

/**
 * Writes statements that took long to the log, with PostgreSQL's plan. The plan is the generic one: no value of a
 * request is needed for it, and none is written down. PostgreSQL 15 cannot make it; there the line has the text alone.
 */
export class SlowStatements {
  readonly #options: { readonly database: Database; readonly log: Log; readonly threshold: number };
  readonly #explained = new Map<string, number>();
  #explaining = false;

  /** `threshold` in milliseconds. */
  constructor(options: { readonly database: Database; readonly log: Log; readonly threshold: number }) {
    this.#options = options;
  }

  /** To be told of every statement; nothing is waited for. */
  note(text: string, milliseconds: number, requestId: string): void {
    const { log, threshold } = this.#options;
    if (milliseconds <= threshold) return;
    const facts = { requestId, milliseconds: Math.round(milliseconds), statement: text };
    if (!this.#isDue(text)) {
      log.warn('slow statement', facts);
      return;
    }
    void this.#plan(text).then((plan) =>
      log.warn('slow statement', { ...facts, ...(plan !== undefined && { plan }) }),
    );
  }

  #isDue(text: string): boolean {
    const now = Date.now();
    if (this.#explaining || now - (this.#explained.get(text) ?? -Infinity) < interval) return false;
    this.#explained.delete(text);
    this.#explained.set(text, now);
    if (this.#explained.size > remembered) {
      const [oldest] = this.#explained.keys();
      if (oldest !== undefined) this.#explained.delete(oldest);
    }
    return true;
  }

  /** https://www.postgresql.org/docs/current/sql-explain.html#SQL-EXPLAIN-PARMS-GENERIC-PLAN */
  async #plan(text: string): Promise<string | undefined> {
    this.#explaining = true;
    try {
      const { rows } = await this.#options.database.query<{ 'QUERY PLAN': string }>(
        `explain (generic_plan, costs) ${text}`,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    } catch {
      return undefined;
    } finally {
      this.#explaining = false;
    }
  }
}
