import { ThauError } from '../../errors/thau-error.js';
import type { Queryable } from '../../postgres/queryable.js';

export interface FailedRun {
  readonly runId: number;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The last run, when it failed or was cancelled and left candidates; what `thau retry` goes on with. */
export async function lastFailedRun(database: Queryable, state: string): Promise<FailedRun> {
  const failed = await findFailedRun(database, state);
  if (failed) return failed;
  throw noFailedRun();
}

/** The same, or undefined. */
export async function findFailedRun(database: Queryable, state: string): Promise<FailedRun | undefined> {
  const { rows } = await database.query<FailedRun & { state: string }>(
    `select run_id as "runId", command, args, state from ${state}.runs
     where command in ('build', 'run', 'seed', 'snapshot') order by run_id desc limit 1`,
  );
  const last = rows[0];
  return last && ['failed', 'cancelled', 'superseded'].includes(last.state) ? last : undefined;
}

export function noFailedRun(): ThauError {
  return new ThauError('BUILD_NO_SUCH_RUN', 'The last run did not fail: there is nothing to retry.', {
    hint: 'Run thau build.',
  });
}
