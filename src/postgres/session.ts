import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import { failure } from './failure.js';
import { commented, withoutComment } from './commented.js';
import { quoteIdentifier } from './identifier.js';
import { PreparedStatements } from './prepared-statements.js';
import type { Queryable, Result, TextRow } from './queryable.js';
import { parsedValues, textValues } from './values.js';

export interface TransactionOptions {
  /** READ COMMITTED unless given. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Nothing of it stays: rolled back however `work` ends. */
  readonly undo?: boolean;
}

export interface CursorOptions {
  /** Rows fetched at a time; 1,000 unless given. */
  readonly batch?: number;
}

/**
 * One connection, while it is ours: settings, temporary tables and locks stay between its statements. It comes
 * from `Database.use` (borrowed from the pool) or `Database.session` (its own connection).
 */
export class Session implements Queryable {
  /** Depth of nested transactions; 0 is outside. */
  private depth = 0;
  /** Statements of thau's own that are to go ahead of the next one. */
  private ahead: string[] = [];
  private readonly prepared: PreparedStatements;
  /** Put around every statement but those of transactions and prepared ones, as a comment. */
  comment: { readonly text: string; readonly append: boolean } | undefined;

  constructor(readonly client: pg.ClientBase) {
    this.prepared = PreparedStatements.of(client);
  }

  /** The backend's process id: `pg_stat_activity.pid`, except behind a pooler. */
  get backendPid(): number {
    return (this.client as pg.ClientBase & { processID: number }).processID;
  }

  async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Result<Row>> {
    await this.sendAhead();
    return this.send<Row>(text, values);
  }

  /**
   * Has a statement of thau's own sent with the next one that is `joined`, with the commit, or ahead of any other. Its
   * answer is nobody's, and its fault that of what it is sent with: what somebody else wrote goes by `query`, alone.
   */
  later(text: string): void {
    this.ahead.push(text);
  }

  /** Sends a statement of thau's own and what waited for it in one message; answers what it answers itself. */
  joined<Row extends object = Record<string, unknown>>(text: string): Promise<Result<Row>> {
    const texts = [...this.ahead, text];
    this.ahead = [];
    return this.send<Row>(texts.join(';\n'));
  }

  private async sendAhead(): Promise<void> {
    const last = this.ahead.pop();
    if (last !== undefined) await this.joined(last);
  }

  /** The same, parsed once per connection under that name: what a run asks again for every node. */
  async queryNamed<Row extends object = Record<string, unknown>>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Result<Row>> {
    await this.sendAhead();
    try {
      await this.prepared.makeRoomFor(name);
      return toResult<Row>(await this.client.query({ name, text, values: [...values], types: parsedValues }));
    } catch (error) {
      this.prepared.forget(name);
      throw failure(error, text);
    }
  }

  private async send<Row extends object>(text: string, values?: readonly unknown[]): Promise<Result<Row>> {
    const sent = commented(text, this.comment);
    try {
      const config = { text: sent.text, types: parsedValues, ...(values && { values: [...values] }) };
      return toResult<Row>(await this.client.query(config));
    } catch (error) {
      throw failure(withoutComment(error, sent.before), text);
    }
  }

  async queryText(text: string, values?: readonly unknown[]): Promise<Result<TextRow>> {
    await this.sendAhead();
    const sent = commented(text, this.comment);
    try {
      const config = {
        text: sent.text,
        types: textValues,
        rowMode: 'array' as const,
        ...(values && { values: [...values] }),
      };
      return toResult<TextRow>(await this.client.query(config));
    } catch (error) {
      throw failure(withoutComment(error, sent.before), text);
    }
  }

  /**
   * A named statement, parsed once per connection and kept within a budget. Rows are arrays of text: JSON that
   * PostgreSQL made goes out as it came. The name stands for the text: a hash of it, at most 63 bytes.
   */
  async queryPrepared(name: string, text: string, values: readonly unknown[]): Promise<TextRow[]> {
    await this.sendAhead();
    try {
      await this.prepared.makeRoomFor(name);
      const result = await this.client.query<(string | null)[]>({
        name,
        text,
        values: values as unknown[],
        types: textValues,
        rowMode: 'array',
      });
      return result.rows;
    } catch (error) {
      this.prepared.forget(name);
      throw failure(error, text);
    }
  }

  /**
   * Runs `work` in a transaction: commits when it returns, rolls back when it throws. Within another it is a
   * savepoint.
   */
  async transaction<T>(work: (tx: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const savepoint = `thau_${this.depth}`;
    const nested = this.depth > 0;
    const opening = nested ? `savepoint ${savepoint}` : begin(options);
    const undoing = nested ? `rollback to savepoint ${savepoint}` : 'rollback';
    this.later(opening);
    this.depth += 1;
    try {
      const value = await work(this);
      // where nothing was done, nothing is sent
      if (this.ahead.at(-1) === opening) this.ahead.pop();
      else if (options.undo) await this.undo(opening, undoing);
      else await this.joined(nested ? `release savepoint ${savepoint}` : 'commit');
      return value;
    } catch (error) {
      // a broken connection has rolled back by itself
      await this.undo(opening, undoing).catch(() => undefined);
      throw error;
    } finally {
      this.depth -= 1;
    }
  }

  /** Ends a transaction, or a savepoint, with nothing of it done. */
  private async undo(opening: string, undoing: string): Promise<void> {
    const unsent = this.ahead.lastIndexOf(opening);
    this.ahead.length = Math.max(0, unsent);
    if (unsent < 0) await this.send(undoing);
  }

  /** Rows in batches, through a server-side portal: memory stays flat however many there are. */
  async *cursor<Row extends object = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
    options: CursorOptions = {},
  ): AsyncGenerator<Row[], void, void> {
    await this.sendAhead();
    const cursor = this.client.query(new Cursor<Row>(text, [...values], { types: parsedValues }));
    try {
      for (;;) {
        const rows = await cursor.read(options.batch ?? 1000);
        if (rows.length === 0) return;
        yield rows;
      }
    } catch (error) {
      throw failure(error, text);
    } finally {
      await cursor.close().catch(() => undefined);
    }
  }

  /** `copy … from stdin` fed by `source`; answers the number of rows. */
  async copyIn(
    text: string,
    source: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  ): Promise<number> {
    await this.sendAhead();
    try {
      const stream = this.client.query(copyStreams.from(text));
      await pipeline(Readable.from(source, { objectMode: false }), stream);
      return stream.rowCount;
    } catch (error) {
      throw failure(error, text);
    }
  }

  /** `copy … to stdout` as chunks of bytes. */
  async *copyOut(text: string): AsyncGenerator<Buffer, void, void> {
    const stream = this.client.query(copyStreams.to(text));
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw failure(error, text);
    }
  }

  /** Listens on a channel; `on` gets each payload. Ends with the session. */
  async listen(channel: string, on: (payload: string) => void): Promise<void> {
    this.client.on('notification', (message) => {
      if (message.channel === channel) on(message.payload ?? '');
    });
    await this.query(`listen ${quoteIdentifier(channel)}`);
  }

  /** Calls `on` for each NOTICE, WARNING … of the server until the answer is called. */
  onNotice(on: (severity: string, message: string) => void): () => void {
    const listener = (notice: { severity?: string | undefined; message?: string | undefined }): void =>
      on(notice.severity ?? 'NOTICE', notice.message ?? '');
    this.client.on('notice', listener);
    return () => this.client.removeListener('notice', listener);
  }
}

function begin(options: TransactionOptions): string {
  const modes = ['begin'];
  if (options.isolation) modes.push(`isolation level ${options.isolation}`);
  if (options.readOnly) modes.push('read only');
  return modes.join(' ');
}

/** Of several statements' answers the last, as psycopg does. */
function toResult<Row>(
  answer: pg.QueryResult | pg.QueryArrayResult | (pg.QueryResult | pg.QueryArrayResult)[],
): Result<Row> {
  const last = Array.isArray(answer) ? answer.at(-1) : answer;
  return {
    rows: (last?.rows ?? []) as Row[],
    rowCount: last?.rowCount ?? 0,
    fields: (last?.fields ?? []).map((field) => ({
      name: field.name,
      typeOid: field.dataTypeID,
      typeModifier: field.dataTypeModifier,
    })),
    command: (last?.command as string | null | undefined) ?? '',
  };
}
