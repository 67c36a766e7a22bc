import type { ExecutionGraph } from './execution-graph.js';

/** How a node's turn ended: `done` lets its followers go on, `failed` skips them. */
export type Outcome = 'done' | 'failed';

export interface WalkOptions {
  /** Nodes at a time. */
  readonly threads: number;
  /** Begin nothing new after the first failure. */
  readonly failFast: boolean;
  /** When aborted, nothing new begins. */
  readonly signal: AbortSignal;
  /** Expected seconds of a node, from its last run; unknown ones count as one. */
  readonly expectedSeconds: (id: string) => number;
  readonly visit: (id: string) => Promise<Outcome>;
  /** A node that is not visited, with the failed node it waited for; undefined when the walk was stopped. */
  readonly skip: (id: string, because: string | undefined) => Promise<void>;
}

/**
 * Visits every node after all it waits for, `threads` at a time. Among the ready ones the node with the longest
 * expected path below it goes first, so that the critical path never waits for leaves.
 */
export async function walkGraph(graph: ExecutionGraph, options: WalkOptions): Promise<void> {
  const length = pathLengths(graph, options.expectedSeconds);
  const waiting = new Map<string, number>();
  const ready: string[] = [];
  const settled = new Set<string>();
  for (const [id, parents] of graph.waitsFor) {
    waiting.set(id, parents.size);
    if (parents.size === 0) ready.push(id);
  }
  let stopped = false;

  const skipBelow = async (id: string, because: string): Promise<void> => {
    for (const follower of graph.followers.get(id) ?? []) {
      if (settled.has(follower)) continue;
      settled.add(follower);
      await options.skip(follower, because);
      await skipBelow(follower, because);
    }
  };
  const settle = async (id: string, outcome: Outcome): Promise<void> => {
    settled.add(id);
    if (outcome === 'failed') {
      if (options.failFast) stopped = true;
      await skipBelow(id, id);
      return;
    }
    for (const follower of graph.followers.get(id) ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      if (left === 0 && !settled.has(follower)) ready.push(follower);
    }
  };
  const takeLongest = (): string | undefined => {
    if (stopped || options.signal.aborted) return undefined;
    let best = -1;
    for (let index = 0; index < ready.length; index++) {
      if (best < 0 || (length.get(ready[index] ?? '') ?? 0) > (length.get(ready[best] ?? '') ?? 0))
        best = index;
    }
    return best < 0 ? undefined : ready.splice(best, 1)[0];
  };

  const running = new Set<Promise<void>>();
  for (;;) {
    while (running.size < options.threads) {
      const id = takeLongest();
      if (id === undefined) break;
      const turn = options.visit(id).then((outcome) => settle(id, outcome));
      const tracked = turn.finally(() => running.delete(tracked));
      running.add(tracked);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  for (const id of graph.nodes.keys()) {
    if (!settled.has(id)) {
      settled.add(id);
      await options.skip(id, undefined);
    }
  }
}

/** For each node, the seconds of the longest path that begins with it. */
function pathLengths(graph: ExecutionGraph, seconds: (id: string) => number): Map<string, number> {
  const lengths = new Map<string, number>();
  const left = new Map<string, number>();
  const leaves: string[] = [];
  for (const [id, followers] of graph.followers) {
    left.set(id, followers.size);
    if (followers.size === 0) leaves.push(id);
  }
  for (let id = leaves.pop(); id !== undefined; id = leaves.pop()) {
    const below = Math.max(
      0,
      ...[...(graph.followers.get(id) ?? [])].map((other) => lengths.get(other) ?? 0),
    );
    lengths.set(id, below + seconds(id));
    for (const parent of graph.waitsFor.get(id) ?? []) {
      const remaining = (left.get(parent) ?? 0) - 1;
      left.set(parent, remaining);
      if (remaining === 0) leaves.push(parent);
    }
  }
  return lengths;
}
