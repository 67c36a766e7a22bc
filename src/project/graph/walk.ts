type Edges = Readonly<Record<string, readonly string[]>>;

/** Every id reachable from `start` along `edges` in at most `depth` steps, without `start` itself unless a path leads back. */
export function reach(start: Iterable<string>, edges: Edges, depth = Infinity): Set<string> {
  const found = new Set<string>();
  let front = [...start];
  for (let step = 0; step < depth && front.length > 0; step++) {
    const next: string[] = [];
    for (const id of front) {
      for (const other of edges[id] ?? []) {
        if (found.has(other)) continue;
        found.add(other);
        next.push(other);
      }
    }
    front = next;
  }
  return found;
}
