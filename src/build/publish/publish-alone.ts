import type { Database } from '../../postgres/database.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import { RunLock } from '../../postgres/run-lock.js';
import type { Session } from '../../postgres/session.js';
import { collectGarbage } from '../garbage.js';
import { beginRun, finishRun } from '../history/run-rows.js';
import type { RunSummary } from '../report/run-event.js';
import { recover } from '../run/recover.js';
import { endAsRecorded } from '../run/recorded-end.js';
import { settleViews } from '../views/settle-views.js';
import { readGeneration, type Generation } from './generation.js';

export interface AloneOptions {
  readonly database: Database;
  readonly stateSchema: string;
  readonly trigger: string;
  readonly target: string;
  readonly lockWait?: number;
  readonly staleAfter?: number;
  readonly keepGenerations?: number;
}

/** What is done under the run's number and the lock; answers the stable views that could not be switched in time. */
export type AloneWork = (
  session: Session,
  run: { readonly runId: number; readonly lock: RunLock; readonly state: string },
) => Promise<readonly string[]>;

/**
 * A run that builds nothing and publishes: rollback, eject, adopt. It holds the run lock, has its row in the
 * history, and puts right what dead runs left, like any run. `choose` says what is to be done, before anything is.
 */
export async function publishAlone(
  options: AloneOptions,
  command: string,
  choose: (
    session: Session,
    state: string,
    current: Generation,
  ) => Promise<{ readonly args: Readonly<Record<string, unknown>>; readonly work: AloneWork }>,
): Promise<RunSummary> {
  const { database, stateSchema } = options;
  const state = quoteIdentifier(stateSchema);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const lock = await RunLock.acquire({
    database,
    stateSchema,
    ...(options.lockWait !== undefined && { wait: options.lockWait }),
    ...(options.staleAfter !== undefined && { staleAfter: options.staleAfter }),
  });
  try {
    return await database.use(async (session) => {
      const { args, work } = await choose(session, state, await readGeneration(session, state));
      const runId = await beginRun(session, state, { ...options, command, args }, lock.token);
      await lock.setRun(runId);
      const facts = { runId, command, results: [], stale: [] };
      try {
        await recover(session, stateSchema, state, runId);
        const laggingViews = await work(session, { runId, lock, state });
        const summary: RunSummary = {
          ...facts,
          state: 'published',
          generation: runId,
          seconds: seconds(),
          laggingViews,
        };
        await finishRun(session, state, summary);
        await settleViews(session, state);
        await collectGarbage(session, {
          state,
          ...(options.keepGenerations !== undefined && { keep: options.keepGenerations }),
        });
        return summary;
      } catch (error) {
        // the session may be what broke, and the publish may be done all the same
        const known = { state: 'failed', generation: null, error } as const;
        const end = await endAsRecorded(database, state, runId, known);
        const ended = { ...facts, ...end, seconds: seconds(), laggingViews: [] };
        await finishRun(database, state, ended).catch(() => undefined);
        throw end.error;
      }
    });
  } finally {
    await lock.release();
  }
}
