import { ThauError } from '../errors/thau-error.js';
import type { Database } from '../postgres/database.js';
import { quoteIdentifier } from '../postgres/identifier.js';
import { RunLock } from '../postgres/run-lock.js';
import type { Session } from '../postgres/session.js';
import { collectGarbage } from './garbage.js';
import { beginRun, finishRun } from './history/run-rows.js';
import { readGeneration, type Generation } from './publish/generation.js';
import { publish } from './publish/publish.js';
import type { RunSummary } from './report/run-event.js';
import { recover } from './run/recover.js';
import { prepareViews } from './views/prepare-views.js';
import { settleViews } from './views/settle-views.js';

export interface RollbackOptions {
  readonly database: Database;
  readonly stateSchema: string;
  /** The generation to show again; the one before the current unless given. */
  readonly to?: number;
  readonly trigger: string;
  readonly target: string;
  readonly lockWait?: number;
  readonly staleAfter?: number;
  readonly keepGenerations?: number;
}

/**
 * Shows an earlier generation again: publishes a new, higher one that maps to the old relations, under the run lock
 * like any publish. Only mapping, pointer and stable views are written, so it takes the time of a flip.
 */
export async function rollback(options: RollbackOptions): Promise<RunSummary> {
  const { database, stateSchema } = options;
  const state = quoteIdentifier(stateSchema);
  const began = performance.now();
  const lock = await RunLock.acquire({
    database,
    stateSchema,
    ...(options.lockWait !== undefined && { wait: options.lockWait }),
    ...(options.staleAfter !== undefined && { staleAfter: options.staleAfter }),
  });
  try {
    return await database.use(async (session) => {
      const current = await readGeneration(session, state);
      const to = await chooseGeneration(session, state, current, options.to);
      const args = { to: to.number, from: current.number };
      const runId = await beginRun(session, state, { ...options, command: 'rollback', args }, lock.token);
      await lock.setRun(runId);
      const facts = { runId, command: 'rollback', results: [], stale: [] };
      try {
        await recover(session, stateSchema, state, runId);
        const lagging = await show(session, state, runId, lock, current, to);
        const seconds = (performance.now() - began) / 1000;
        const summary: RunSummary = {
          ...facts,
          state: 'published',
          generation: runId,
          seconds,
          laggingViews: lagging,
        };
        await finishRun(session, state, summary);
        await settleViews(session, state);
        await collectGarbage(session, {
          state,
          ...(options.keepGenerations !== undefined && { keep: options.keepGenerations }),
        });
        return summary;
      } catch (error) {
        const seconds = (performance.now() - began) / 1000;
        const failed = { state: 'failed' as const, generation: null, seconds, error, laggingViews: [] };
        await finishRun(session, state, { ...facts, ...failed }).catch(() => undefined);
        throw error;
      }
    });
  } finally {
    await lock.release();
  }
}

async function chooseGeneration(
  session: Session,
  state: string,
  current: Generation,
  wanted: number | undefined,
): Promise<Generation> {
  const { rows } = await session.query<{ generation: number }>(
    `select generation from ${state}.generations
     where retired_at is null and generation <> $1 order by generation desc`,
    [current.number],
  );
  const kept = rows.map((row) => row.generation);
  const chosen = wanted ?? kept[0];
  if (chosen !== undefined && kept.includes(chosen)) return readGeneration(session, state, chosen);
  const list = kept.length === 0 ? 'There is no other.' : `Kept are ${kept.join(', ')}.`;
  throw new ThauError(
    'BUILD_NO_SUCH_GENERATION',
    wanted === current.number
      ? `Generation ${wanted} is the current one.`
      : `Generation ${wanted ?? '(the one before)'} is not kept. ${list}`,
    { hint: 'See thau history; runs.keep_generations in thau.yml says how many are kept.' },
  );
}

async function show(
  session: Session,
  state: string,
  runId: number,
  lock: RunLock,
  current: Generation,
  to: Generation,
): Promise<readonly string[]> {
  const artifacts = await session.query<{ kind: string; content: unknown }>(
    `select kind, content from ${state}.artifacts where generation = $1`,
    [to.number],
  );
  const nodes = [...to.nodes.values()];
  const changes = nodes.filter((node) => {
    const now = current.nodes.get(node.nodeId);
    return (
      now?.relation.schema !== node.relation.schema ||
      now.relation.name !== node.relation.name ||
      now.schema !== node.schema ||
      now.name !== node.name
    );
  });
  const views = await prepareViews(session, changes, { state, generation: runId });
  await publish(session, {
    state,
    runId,
    lock,
    nodes,
    artifacts: Object.fromEntries(artifacts.rows.map((row) => [row.kind, row.content])),
    views,
  });
  return views.lagging.map((view) => `${view.schema}.${view.name}`);
}
