import { ThauError } from '../../errors/thau-error.js';
import { describeBlocker, type Blocker } from '../../postgres/blockers.js';

/** An error of waiting or of a limit, with who held the lock and which setting the limit is. */
export function blamed(error: unknown, blockers: readonly Blocker[]): unknown {
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
  return error;
}
