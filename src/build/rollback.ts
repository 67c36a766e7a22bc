import { ThauError } from '../errors/thau-error.js';
import type { RunLock } from '../postgres/run-lock.js';
import type { Session } from '../postgres/session.js';
import { readGeneration, type Generation } from './publish/generation.js';
import { sameArtifacts } from './publish/artifact-changes.js';
import { publish } from './publish/publish.js';
import { publishAlone, type AloneOptions } from './publish/publish-alone.js';
import type { RunSummary } from './report/run-event.js';
import { droppedText, type DependentsPolicy } from './views/dependents.js';
import { prepareViews } from './views/prepare-views.js';

export interface RollbackOptions extends AloneOptions {
  /** The generation to show again; the one before the current unless given. */
  readonly to?: number;
  /** What becomes of what others built on columns that go; `refuse` unless given. */
  readonly dependents?: DependentsPolicy;
  /** Told what was dropped of others. */
  readonly log?: (message: string) => void;
}

/**
 * Shows an earlier generation again: publishes a new, higher one that maps to the old relations, under the run lock
 * like any publish. Only mapping, pointer and stable views are written, so it takes the time of a flip.
 */
export async function rollback(options: RollbackOptions): Promise<RunSummary> {
  return publishAlone(options, 'rollback', async (session, state, current) => {
    const to = await chooseGeneration(session, state, current, options.to);
    return {
      args: { to: to.number, from: current.number },
      work: (on, { runId, lock }) => show(on, state, runId, lock, current, to, options),
    };
  });
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
  { dependents = 'refuse', log }: RollbackOptions,
): Promise<readonly string[]> {
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
  const views = await prepareViews(session, changes, { state, generation: runId, dependents });
  await publish(session, {
    state,
    runId,
    lock,
    nodes,
    current: to,
    artifacts: sameArtifacts(to.number),
    views,
  });
  for (const one of views.dropped ?? []) log?.(droppedText(one));
  return views.lagging.map((view) => `${view.schema}.${view.name}`);
}
