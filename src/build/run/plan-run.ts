import type { Queryable } from '../../postgres/queryable.js';
import type { Session } from '../../postgres/session.js';
import { readPlanMemory } from '../plan/plan-memory.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { OwnTemplateAsker } from './own-template-asker.js';
import { reuseCandidates } from '../plan/reuse-candidates.js';
import type { RunOptions } from './run-options.js';
import type { RunScope } from './run-scope.js';

/** The plan of a run, from what its scope knows. */
export async function planRun(session: Session, options: RunOptions, scope: RunScope): Promise<Plan> {
  const { state, current, manifest, renderer, flags } = scope.options;
  const memory = await readPlanMemory(session, state, current.number);
  const { coveredUntil } = memory;
  scope.batches = { ...scope.batches, coveredUntil };
  const plan = await makePlan(session, {
    manifest,
    renderer,
    flags,
    state,
    current,
    selected: options.selected,
    ...(options.force !== undefined && { force: options.force }),
    ...memory,
    ...(options.reconcileAfter !== undefined && { reconcileAfter: options.reconcileAfter }),
    now: scope.options.startedAt,
    distrustRecent: options.distrustRecent ?? false,
    paths: options.paths,
    asker: new OwnTemplateAsker(session, scope),
  });
  scope.decisions = plan.decisions;
  if (options.retryOf === undefined) return plan;
  const reuse = await reuseCandidates(session, state, manifest, plan, options.retryOf);
  // they are this run's from now on, should it fail and be retried itself
  const take = async (database: Queryable, ids: readonly string[]): Promise<void> => {
    await database.query(
      `update ${state}.relations set run_id = $1 where run_id = $2 and node_id = any ($3::text[])`,
      [scope.options.runId, options.retryOf, ids],
    );
    for (const id of ids) {
      const node = manifest.nodes[id];
      const left = reuse.candidates.get(id);
      if (node && left) scope.setCandidate(node, left.relation, left.builtBy);
    }
  };
  await take(session, [...reuse.candidates.keys(), ...reuse.unfinished.keys()]);
  scope.batches = { coveredUntil, unfinished: reuse.unfinished };
  return {
    ...reuse.plan,
    settle: async (id, turn) => {
      const settled = await reuse.plan.settle(id, turn);
      if (settled.decision.action === 'reuse') await take(turn.database, [id]);
      return settled;
    },
  };
}
