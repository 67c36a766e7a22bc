import type { Manifest } from '../manifest.js';

/** Parents and children of every node, as selection walks them. */
export class NodeGraph {
  constructor(private readonly manifest: Pick<Manifest, 'parent_map' | 'child_map'>) {}

  /** Ancestors within `depth` generations; the starting nodes only where they are ancestors of each other. */
  ancestors(ids: ReadonlySet<string>, depth = Infinity): Set<string> {
    return walk(ids, depth, this.manifest.parent_map);
  }

  descendants(ids: ReadonlySet<string>, depth = Infinity): Set<string> {
    return walk(ids, depth, this.manifest.child_map);
  }

  /** Immediate children. */
  successors(ids: ReadonlySet<string>): Set<string> {
    return walk(ids, 1, this.manifest.child_map);
  }
}

function walk(
  ids: ReadonlySet<string>,
  depth: number,
  edges: Readonly<Record<string, readonly string[]>>,
): Set<string> {
  const found = new Set<string>();
  let layer: Iterable<string> = ids;
  for (let level = 0; level < depth; level++) {
    const next = new Set<string>();
    for (const id of layer) for (const near of edges[id] ?? []) if (!found.has(near)) next.add(near);
    if (next.size === 0) break;
    for (const id of next) found.add(id);
    layer = next;
  }
  return found;
}
