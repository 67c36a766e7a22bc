import { DatabaseClock } from '../../postgres/database-clock.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import { RunLock } from '../../postgres/run-lock.js';
import { collectGarbage } from '../garbage.js';
import { beginRun, finishRun, readLastSeconds } from '../history/run-rows.js';
import { RunRecorder } from '../history/run-recorder.js';
import { readGeneration } from '../publish/generation.js';
import { foldSourceChanges } from '../plan/track-sources.js';
import type { PublishAhead } from '../publish/publish-ahead.js';
import { sampleOf } from '../publish/sampled.js';
import { isGood } from '../report/node-result.js';
import type { RunState, RunSummary } from '../report/run-event.js';
import { withShortLock } from '../views/prepare-views.js';
import { settleViews } from '../views/settle-views.js';
import { watchCancellation } from './cancellation.js';
import { blamed } from './blamed.js';
import { refuseSharedNames } from './check-names.js';
import { executeNodes, type Execution } from './execute-nodes.js';
import { healthyCandidates } from './healthy-candidates.js';
import { LockWatch } from './lock-watch.js';
import { refuseLateCancellations } from './request-cancel.js';
import { dropOldHistory } from '../history/drop-old-history.js';
import { planRun } from './plan-run.js';
import { publishAhead } from './publish-ahead-of-run.js';
import { publishRun } from './publish-run.js';
import { recover } from './recover.js';
import { endAsRecorded } from './recorded-end.js';
import type { RunOptions } from './run-options.js';
import { applicationName, RunSessions } from './run-sessions.js';
import { RunScope } from './run-scope.js';
import { prepareCandidateSchemas, prepareSchemas } from './prepare-schemas.js';
import { runProjectHooks } from './project-hooks.js';

/**
 * One run: takes the lock, puts right what dead runs left, builds and tests candidates, and publishes them when
 * all are good. Throws when it cannot begin; after that every end is a summary.
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  refuseSharedNames(options.manifest);
  const began = performance.now();
  const lock = await RunLock.acquire({
    database: options.database,
    stateSchema: options.stateSchema,
    ...(options.lockWait !== undefined && { wait: options.lockWait }),
    ...(options.staleAfter !== undefined && { staleAfter: options.staleAfter }),
  });
  try {
    return await runUnderLock(options, lock, began);
  } finally {
    await lock.release();
  }
}

async function runUnderLock(options: RunOptions, lock: RunLock, began: number): Promise<RunSummary> {
  const { database, stateSchema, reporter } = options;
  const state = quoteIdentifier(stateSchema);
  const clock = await DatabaseClock.read(database);
  const startedAt = options.startedAt ?? clock.now();
  const runId = await beginRun(database, state, options, lock.token);
  await lock.setRun(runId);
  const { lockTimeout = 0, statementTimeout } = options;
  const name = applicationName(stateSchema, runId);
  const locks = new LockWatch({ database, applicationName: name, lockTimeout, reporter });
  const sessions = new RunSessions({
    database,
    applicationName: name,
    locks,
    ...(statementTimeout !== undefined && { statementTimeout }),
  });
  const recorder = new RunRecorder(database, state, runId);
  await refuseLateCancellations(database, state, runId);
  const cancellation = await watchCancellation(options, lock, runId, sessions);
  const facts: Mutable<RunFacts> = { state: 'failed', generation: null, stale: [], laggingViews: [] };
  let execution: Execution | undefined;
  let scope: RunScope | undefined;
  let ahead: PublishAhead | undefined;
  try {
    const current = await sessions.use(async (session) => {
      const dead = await recover(session, stateSchema, state, runId);
      if (dead.length > 0) reporter({ type: 'run_took_over', at: new Date(), runs: dead });
      // tidying up waits for nobody, and holds up nothing
      await withShortLock(session, () => dropOldHistory(session, state, options.keepHistory ?? 0));
      await foldSourceChanges(session, state);
      await collectGarbage(session, {
        state,
        ...keep(options),
        spareRuns: [runId, ...(options.retryOf === undefined ? [] : [options.retryOf])],
      });
      return readGeneration(session, state);
    });
    const { manifest, renderer, flags } = options;
    const invocationId = manifest.metadata.invocation_id;
    const begun = new RunScope({
      manifest,
      renderer,
      runId,
      state,
      current,
      flags,
      invocationId,
      startedAt,
      clock,
      reporter,
      threads: options.threads,
      selected: options.selected,
      ...(options.defer && { defer: options.defer }),
      ...(options.eventTime && { eventTime: options.eventTime }),
    });
    scope = begun;
    const { plan, refused } = await sessions.use(async (session) => {
      await prepareSchemas(session, options, begun);
      // first, since models may call the functions that it makes
      await runProjectHooks(session, begun, 'on-run-start', []);
      const made = await planRun(session, options, begun);
      const faults = await options.check?.(begun, made);
      await prepareCandidateSchemas(session, options, begun, made);
      // the check asks through sessions of its own: what is to be granted is looked up here
      const refused = new Map<string, unknown>();
      for (const [id, fault] of faults ?? [])
        refused.set(id, await blamed(fault, { blockers: [], database }));
      return { plan: made, refused };
    });
    const seconds = await readLastSeconds(database, state);
    const ready = (ahead = publishAhead(options, begun, sessions, plan, seconds));
    const told: RunOptions = { ...options, reporter: ready.hearing(reporter) };
    const { signal } = cancellation;
    execution = await executeNodes(told, begun, sessions, recorder, signal, plan, refused, seconds);
    cancellation.signal.throwIfAborted();
    // whoever sees the publish finds what was built; what cannot be written now is written in the end
    await recorder.flush().catch(() => undefined);
    const good = execution.results.every((result) => isGood(result.status));
    const healthy = good
      ? undefined
      : options.publish === 'healthy'
        ? healthyCandidates(begun, execution.results)
        : null;
    if (good || (healthy?.size ?? 0) > 0) {
      facts.state = 'succeeded';
      for (const id of begun.candidates().keys()) if (healthy?.has(id) === false) begun.dropCandidate(id);
      if (options.command !== 'test') {
        const published = await publishRun(options, begun, sessions, lock, execution.results, plan, ready);
        if (published) Object.assign(facts, published, { state: 'published' satisfies RunState });
      }
    }
  } catch (error) {
    facts.error = cancellation.signal.aborted ? cancellation.signal.reason : error;
    facts.state = cancellation.state ?? 'failed';
  }
  await ahead?.end();
  locks.close();
  await cancellation.quiet();
  if (!['published', 'succeeded'].includes(facts.state)) {
    Object.assign(facts, await endAsRecorded(database, state, runId, facts));
  }
  const results = execution?.results ?? [];
  if (scope && facts.state !== 'superseded') {
    const hooks = scope;
    await sessions
      .use((session) => runProjectHooks(session, hooks, 'on-run-end', results))
      .catch((error: unknown) => (facts.error ??= error));
  }
  const sampled = sampleOf(options.flags);
  let summary: RunSummary = {
    runId,
    command: options.command,
    state: facts.state,
    generation: facts.generation,
    seconds: (performance.now() - began) / 1000,
    results,
    ...(facts.error !== undefined && { error: facts.error }),
    stale: facts.stale,
    ...(sampled !== null && { sampled }),
    laggingViews: facts.laggingViews,
  };
  await cancellation.close();
  try {
    await recorder.flush();
    await finishRun(database, state, summary);
    if (facts.state === 'published') await tidy(options, sessions, state);
    // what was to switch to this run's candidates is simple again; where another run took over, it did that
    else if (ahead?.switched && facts.state !== 'superseded')
      await sessions.use((session) => settleViews(session, state));
  } catch (error) {
    // the database went away, or its disk is full: a later run closes the row; what was published stays published
    const ended = facts.state === 'succeeded' ? 'failed' : facts.state;
    if (facts.error === undefined && ended !== 'published') summary = { ...summary, state: ended, error };
  } finally {
    await sessions.close();
  }
  reporter({ type: 'run_finished', at: new Date(), summary });
  return summary;
}

interface RunFacts {
  readonly state: RunState;
  readonly generation: number | null;
  readonly stale: readonly string[];
  readonly laggingViews: readonly string[];
  readonly error?: unknown;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** After the flip: one branch for each stable view, and the relations nobody can see any more go. */
async function tidy(options: RunOptions, sessions: RunSessions, state: string): Promise<void> {
  await sessions.use(async (session) => {
    await settleViews(session, state);
    await collectGarbage(session, { state, ...keep(options) });
  });
}

function keep(options: RunOptions): { keep?: number } {
  return options.keepGenerations === undefined ? {} : { keep: options.keepGenerations };
}
