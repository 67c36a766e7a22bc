import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import { Listener } from '../../postgres/listener.js';
import type { RunLock } from '../../postgres/run-lock.js';
import type { RunState } from '../report/run-event.js';
import { answerCancellations } from './request-cancel.js';
import type { RunOptions } from './run-options.js';
import type { RunSessions } from './run-sessions.js';
import { StatementStopper } from './statement-stopper.js';

export interface Cancellation {
  /** Aborted with a ThauError when the run is to stop. */
  readonly signal: AbortSignal;
  /** The state the run ends in when it was stopped. */
  readonly state: RunState | undefined;
  /** Statements are cancelled no more: those that clean up after the run may be run. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Everything that may stop a run: the caller's signal, the loss of the lock, and a row in `requests` of kind
 * `cancel` for this run (written by `thau cancel`, by `select thau.cancel()`, or by the API). Statements under way
 * are cancelled.
 */
export async function watchCancellation(
  options: RunOptions,
  lock: RunLock,
  runId: number,
  sessions: RunSessions,
): Promise<Cancellation> {
  const { database, stateSchema } = options;
  const state = quoteIdentifier(stateSchema);
  const controller = new AbortController();
  let ended: RunState | undefined;
  let stopper: StatementStopper | undefined;
  const stop = (reason: unknown, as: RunState): void => {
    if (controller.signal.aborted) return;
    ended = as;
    controller.abort(reason);
    stopper = StatementStopper.start(database, sessions);
  };
  const cancelled = (by: string): ThauError =>
    new ThauError('BUILD_CANCELLED', `Run ${runId} was cancelled ${by}.`, { hint: 'Nothing was published.' });
  const onSignal = (): void => stop(cancelled('by a signal'), 'cancelled');
  const onLost = (): void => stop(lock.signal.reason, 'superseded');
  if (options.signal?.aborted) onSignal();
  options.signal?.addEventListener('abort', onSignal, { once: true });
  lock.signal.addEventListener('abort', onLost, { once: true });
  const look = async (): Promise<void> => {
    const by = await answerCancellations(database, state, runId);
    if (by !== undefined) stop(cancelled(`by ${by}`), 'cancelled');
  };
  const listener = await Listener.start({
    database,
    channels: { thau_request: () => void look().catch(() => undefined) },
    onListening: () => void look().catch(() => undefined),
  });
  const quiet = async (): Promise<void> => {
    options.signal?.removeEventListener('abort', onSignal);
    lock.signal.removeEventListener('abort', onLost);
    await stopper?.stop();
  };
  return {
    signal: controller.signal,
    get state() {
      return ended;
    },
    quiet,
    close: async () => {
      await quiet();
      await listener.close();
    },
  };
}
