import type { NodeResult } from '../report/node-result.js';
import { isGood } from '../report/node-result.js';
import type { RunScope } from './run-scope.js';

/**
 * The candidates that may be shown although something failed: those that no failed test reads, and that read,
 * directly or not, nothing that failed, was skipped, or that a failed test reads.
 */
export function healthyCandidates(scope: RunScope, results: readonly NodeResult[]): ReadonlySet<string> {
  const { nodes } = scope.options.manifest;
  const sick = new Set<string>();
  for (const result of results) {
    if (isGood(result.status)) continue;
    if (result.resourceType !== 'test') sick.add(result.nodeId);
    // a skipped test says nothing about what it would have read
    else if (result.status !== 'skipped') {
      for (const parent of nodes[result.nodeId]?.depends_on.nodes ?? []) sick.add(parent);
    }
  }
  const known = new Map<string, boolean>();
  const isSick = (id: string): boolean => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, sick.has(id));
    const answer = sick.has(id) || (nodes[id]?.depends_on.nodes ?? []).some(isSick);
    known.set(id, answer);
    return answer;
  };
  return new Set([...scope.candidates().keys()].filter((id) => !isSick(id)));
}
