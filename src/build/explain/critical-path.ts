/** A node of a finished run, as explaining it needs it; times in milliseconds since the run began. */
export interface TimedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly resourceType: string;
  readonly status: string;
  readonly start: number;
  readonly end: number;
  /** The nodes of the run it could not begin before. */
  readonly waitedFor: readonly string[];
}

/** One step of the critical path. */
export interface PathStep {
  readonly nodeId: string;
  readonly name: string;
  /** Milliseconds between the moment it could have begun and its beginning: it waited for a thread. */
  readonly waited: number;
  /** Milliseconds it ran. */
  readonly ran: number;
}

/**
 * The chain of nodes that made the run as long as it was: from the node that ended last, back each time to the one
 * of its inputs that ended last. To make the run shorter, make one of these faster, or, where steps waited, raise the
 * number of threads.
 */
export function criticalPath(nodes: readonly TimedNode[]): readonly PathStep[] {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const steps: PathStep[] = [];
  for (let node = latest(nodes); node !== undefined;) {
    const inputs = node.waitedFor.flatMap((id) => byId.get(id) ?? []);
    const before = latest(inputs);
    const ready = before?.end ?? 0;
    steps.push({
      nodeId: node.nodeId,
      name: node.name,
      waited: Math.max(0, node.start - ready),
      ran: node.end - node.start,
    });
    node = before;
  }
  return steps.reverse();
}

function latest(nodes: readonly TimedNode[]): TimedNode | undefined {
  return nodes.reduce<TimedNode | undefined>(
    (last, node) => (last && last.end >= node.end ? last : node),
    undefined,
  );
}
