import { isBuiltPerhaps, type Plan } from '../plan/plan.js';
import { PublishAhead } from '../publish/publish-ahead.js';
import { isExecuted } from './execute-nodes.js';
import { plannedArtifacts } from './planned-artifacts.js';
import type { RunOptions } from './run-options.js';
import type { RunScope } from './run-scope.js';
import type { RunSessions } from './run-sessions.js';

/** What this run would publish is made ready while it goes on; `lastSeconds` is what nodes took before. */
export function publishAhead(
  options: RunOptions,
  scope: RunScope,
  sessions: RunSessions,
  plan: Plan,
  lastSeconds: ReadonlyMap<string, number>,
): PublishAhead {
  const { manifest } = options;
  const { state, runId, current } = scope.options;
  const toDo = [...options.selected].filter(
    (id) => isExecuted(manifest.nodes[id]) && isBuiltPerhaps(plan.decisions.get(id)),
  );
  return new PublishAhead({
    manifest,
    state,
    runId,
    current,
    candidates: () => scope.candidates(),
    use: (work) => sessions.use(work),
    planned: (before) => plannedArtifacts(options, before),
    print: (id) => plan.fingerprints.get(id),
    // as the order of nodes has it
    seconds: new Map(toDo.map((id) => [id, lastSeconds.get(id) ?? 1])),
    publishes: options.command !== 'test',
    allOrNothing: options.publish !== 'healthy',
  });
}
