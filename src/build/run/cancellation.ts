import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import { Listener } from '../../postgres/listener.js';
import type { RunLock } from '../../postgres/run-lock.js';
import type { RunState } from '../report/run-event.js';
import type { RunOptions } from './run-options.js';
import { applicationName } from './run-sessions.js';

export interface Cancellation {
  /** Aborted with a ThauError when the run is to stop. */
  readonly signal: AbortSignal;
  /** The state the run ends in when it was stopped. */
  readonly state: RunState | undefined;
  close(): Promise<void>;
}

/**
 * Everything that may stop a run: the caller's signal, the loss of the lock, and a row in `requests` of kind
 * `cancel` for this run (written by `thau cancel`, by the API, or by hand). Statements under way are cancelled.
 */
export async function watchCancellation(
  options: RunOptions,
  lock: RunLock,
  runId: number,
): Promise<Cancellation> {
  const { database, stateSchema } = options;
  const state = quoteIdentifier(stateSchema);
  const controller = new AbortController();
  let ended: RunState | undefined;
  let cancelling: Promise<unknown> = Promise.resolve();
  const stop = (reason: unknown, as: RunState): void => {
    if (controller.signal.aborted) return;
    ended = as;
    controller.abort(reason);
    cancelling = database
      .query(
        `select pg_cancel_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = $1`,
        [applicationName(stateSchema, runId)],
      )
      .catch(() => undefined);
  };
  const cancelled = (by: string): ThauError =>
    new ThauError('BUILD_CANCELLED', `Run ${runId} was cancelled ${by}.`, { hint: 'Nothing was published.' });
  const onSignal = (): void => stop(cancelled('by a signal'), 'cancelled');
  const onLost = (): void => stop(lock.signal.reason, 'superseded');
  if (options.signal?.aborted) onSignal();
  options.signal?.addEventListener('abort', onSignal, { once: true });
  lock.signal.addEventListener('abort', onLost, { once: true });
  const look = async (): Promise<void> => {
    const { rows } = await database.query<{ requested_by: string }>(
      `update ${state}.requests set state = 'done', run_id = $1,
           answer = jsonb_build_object('cancelled', $1::bigint)
       where state = 'waiting' and kind = 'cancel'
         and coalesce(args ->> 'runId', $2) = $2
       returning requested_by`,
      [runId, String(runId)],
    );
    if (rows[0]) stop(cancelled(`by ${rows[0].requested_by}`), 'cancelled');
  };
  const listener = await Listener.start({
    database,
    channels: { thau_request: () => void look().catch(() => undefined) },
    onListening: () => void look().catch(() => undefined),
  });
  return {
    signal: controller.signal,
    get state() {
      return ended;
    },
    close: async () => {
      options.signal?.removeEventListener('abort', onSignal);
      lock.signal.removeEventListener('abort', onLost);
      await listener.close();
      await cancelling;
    },
  };
}
