import { ThauError } from '../../errors/thau-error.js';
import { describeBlocker, type Blocker } from '../../postgres/blockers.js';
import { faultOf } from '../../postgres/fault.js';
import { grantHint } from '../../postgres/grant-hint.js';
import type { Queryable } from '../../postgres/queryable.js';

interface Facts {
  /** Who kept the backend waiting. */
  readonly blockers: readonly Blocker[];
  readonly database: Queryable;
}

/** An error of waiting, of a limit or of a right, with who held the lock, which setting it is, and what to grant. */
export async function blamed(error: unknown, { blockers, database }: Facts): Promise<unknown> {
  if (!(error instanceof ThauError)) return error;
  const { code, message, at, excerpt } = error;
  const again = (hint: string, notes: readonly string[]): ThauError =>
    new ThauError(code, message, {
      hint,
      notes,
      cause: error,
      ...(at && { at }),
      ...(excerpt !== undefined && { excerpt }),
    });
  if (code === 'POSTGRES_LOCK_TIMEOUT' && blockers.length > 0) {
    const pids = blockers.flatMap(({ pid }) => (pid === 0 ? [] : [`select pg_terminate_backend(${pid});`]));
    return again(
      `End that transaction${pids.length === 0 ? '' : ` (${pids.join(' ')})`} and run again, or wait longer: runs.lock_timeout in thau.yml.`,
      [...blockers.map((one) => `held by ${describeBlocker(one)}`), ...error.notes],
    );
  }
  if (code === 'POSTGRES_CANCELLED' && message.includes('statement timeout')) {
    return again(
      'Look at its plan with thau explain, or raise runs.statement_timeout in thau.yml.',
      error.notes,
    );
  }
  if (code === 'POSTGRES_PERMISSION') {
    const hint = await grantHint(database, faultOf(error)?.message ?? message).catch(() => undefined);
    if (hint !== undefined) return again(hint, error.notes);
  }
  return error;
}
