import type { ManifestNode } from '../../project/manifest.js';
import type { Plan } from '../plan/plan.js';
import type { RunScope } from './run-scope.js';

/**
 * Published nodes that read, directly or not, something that this run builds, and that it does not build itself: what
 * a run with a selection leaves behind.
 */
export function staleNodes(
  scope: Pick<RunScope, 'options'>,
  plan: Pick<Plan, 'decisions'>,
  built: ReadonlySet<string>,
): ReadonlySet<string> {
  const { manifest, current } = scope.options;
  const touched = new Map<string, boolean>();
  const readsBuilt = (node: ManifestNode): boolean => {
    const known = touched.get(node.unique_id);
    if (known !== undefined) return known;
    touched.set(node.unique_id, false);
    const decision = plan.decisions.get(node.unique_id);
    if (decision?.settled && decision.action === 'carry') return false;
    const answer = node.depends_on.nodes.some((id) => {
      if (built.has(id)) return true;
      const parent = manifest.nodes[id];
      return parent !== undefined && readsBuilt(parent);
    });
    touched.set(node.unique_id, answer);
    return answer;
  };
  const stale = new Set<string>();
  for (const id of current.nodes.keys()) {
    const node = manifest.nodes[id];
    if (node && !built.has(id) && readsBuilt(node)) stale.add(id);
  }
  return stale;
}
