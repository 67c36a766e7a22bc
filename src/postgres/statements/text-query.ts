import type { EventEmitter } from 'node:events';
import type pg from 'pg';
import { askMessage } from './ask-message.js';

/** What of `pg`'s connection a query uses; its declared type leaves out the record of parsed statements. */
export interface WireConnection extends EventEmitter {
  readonly stream: {
    readonly writable: boolean;
    cork(): void;
    uncork(): void;
    write(message: Buffer): unknown;
  };
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  parse(message: { readonly text: string; readonly name: string; readonly types: readonly number[] }): void;
}

export type TextRow = readonly (string | null)[];

/**
 * One statement with every value as the text PostgreSQL wrote. Leaner than `pg.Query`: no description of the
 * columns is asked for, no row object is made, and a named statement is parsed once per connection.
 */
export class TextQuery implements pg.Submittable {
  /** `pg` notes it as parsed on ParseComplete. */
  readonly name: string;
  readonly text: string;
  readonly callback: (error: Error | undefined, rows: readonly TextRow[]) => void;
  readonly #values: readonly (string | null)[];
  readonly #rows: TextRow[] = [];
  #failed = false;

  constructor(
    text: string,
    name: string,
    values: readonly (string | null)[],
    callback: (error: Error | undefined, rows: readonly TextRow[]) => void,
  ) {
    this.text = text;
    this.name = name;
    this.callback = callback;
    this.#values = values;
  }

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as WireConnection;
    // a connection that is gone tells of it by its own event
    if (!wire.stream.writable) return;
    const message = askMessage(this.name, this.#values);
    if (this.name !== '' && wire.parsedStatements[this.name] !== undefined) {
      wire.stream.write(message);
      return;
    }
    // one packet, not two
    wire.stream.cork();
    try {
      wire.parse({ text: this.text, name: this.name, types: [] });
      wire.stream.write(message);
    } finally {
      wire.stream.uncork();
    }
  }

  handleDataRow(message: { readonly fields: TextRow }): void {
    this.#rows.push(message.fields);
  }

  handleError(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.callback(error, []);
  }

  handleReadyForQuery(): void {
    if (!this.#failed) this.callback(undefined, this.#rows);
  }

  handleRowDescription(): void {
    // not asked for
  }

  handleCommandComplete(): void {
    // the rows are complete on ReadyForQuery
  }

  handleEmptyQuery(): void {
    // an empty text has no rows
  }

  handlePortalSuspended(): void {
    // the portal has no limit of rows
  }
}
