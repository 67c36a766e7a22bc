import type { Database } from '../database.js';
import type { TextRow } from '../queryable.js';
import type { Cancellation } from './cancellation.js';

export interface RowStreamOptions {
  readonly database: Database;
  /** One column is read. */
  readonly statement: string;
  readonly values: readonly (string | null)[];
  /** Milliseconds that PostgreSQL may work on one batch; how slow the reader is does not count. */
  readonly statementTimeout: number;
  /** Cancelled when nobody reads any more: PostgreSQL is told to stop. */
  readonly cancellation: Cancellation;
  /** Looks at the transaction's snapshot before the first row: false ends the stream without one. */
  readonly stands: (read: (text: string) => Promise<readonly TextRow[]>) => Promise<boolean>;
}

/** Rows fetched at a time: a batch is in memory, and no more. */
const batch = 500;

/**
 * The texts of a statement's one column in batches, from a cursor in a read-only transaction of a connection of its
 * own, which is closed when the reader stops, for whatever reason. One snapshot shows all of it. Answers false instead
 * of a batch where `stands` did.
 */
export async function* rowStream(
  options: RowStreamOptions,
): AsyncGenerator<readonly string[] | false, void, void> {
  const { database, statement, values, cancellation } = options;
  const own = await database.session('thau api stream');
  const { session } = own;
  let again: NodeJS.Timeout | undefined;
  try {
    const stop = (): void => void database.cancelBackend(session.backendPid).catch(() => undefined);
    cancellation.listen(() => {
      stop();
      // a word that came before the backend began, or got lost, is said again
      again = setInterval(stop, 1000);
    });
    if (cancellation.cancelled) return;
    await session.query(
      `set statement_timeout = ${Math.round(options.statementTimeout)}; set jit = off; set timezone = 'UTC';
       set datestyle = 'ISO'; set extra_float_digits = 1; set cursor_tuple_fraction = 1;
       begin isolation level repeatable read, read only`,
    );
    if (!(await options.stands(async (text) => (await session.queryText(text)).rows))) {
      yield false;
      return;
    }
    await session.queryText(`declare rows no scroll cursor for ${statement}`, values);
    for (;;) {
      const { rows } = await session.queryText(`fetch ${batch} from rows`);
      if (rows.length === 0) return;
      yield rows.map(([text]) => text ?? 'null');
    }
  } finally {
    clearInterval(again);
    cancellation.listen(undefined);
    await own.close();
  }
}
