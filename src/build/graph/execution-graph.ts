import type { ManifestNode } from '../../project/manifest.js';

/** What is to be done and what waits for what; only over the chosen nodes, with paths through others kept. */
export interface ExecutionGraph {
  readonly nodes: ReadonlyMap<string, ManifestNode>;
  /** For each node, the chosen nodes it waits for. */
  readonly waitsFor: ReadonlyMap<string, ReadonlySet<string>>;
  readonly followers: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The graph of one run. A dependency through a node that is not chosen still orders the two at its ends. With
 * `testsFirst` (dbt's `build`) a node waits for the tests of what it reads: for each test whose parents are all
 * among the node's ancestors.
 */
export function executionGraph(
  all: Readonly<Record<string, ManifestNode>>,
  chosen: ReadonlySet<string>,
  testsFirst: boolean,
): ExecutionGraph {
  const reach = new Map<string, ReadonlySet<string>>();
  /** The nearest chosen ancestors of a node. */
  const nearest = (id: string): ReadonlySet<string> => {
    const known = reach.get(id);
    if (known) return known;
    const found = new Set<string>();
    reach.set(id, found);
    for (const parent of all[id]?.depends_on.nodes ?? []) {
      if (chosen.has(parent)) found.add(parent);
      else if (all[parent]) for (const further of nearest(parent)) found.add(further);
    }
    return found;
  };
  const nodes = new Map<string, ManifestNode>();
  const waitsFor = new Map<string, Set<string>>();
  for (const id of chosen) {
    const node = all[id];
    if (!node) continue;
    nodes.set(id, node);
    waitsFor.set(id, new Set(nearest(id)));
  }
  if (testsFirst) waitForTests(nodes, waitsFor, sourcesAbove(all));
  return { nodes, waitsFor, followers: reversed(waitsFor) };
}

function waitForTests(
  nodes: ReadonlyMap<string, ManifestNode>,
  waitsFor: ReadonlyMap<string, Set<string>>,
  sources: (id: string) => ReadonlySet<string>,
): void {
  const isTest = (id: string): boolean => nodes.get(id)?.resource_type === 'test';
  const followers = reversed(waitsFor);
  const descendants = new Map<string, ReadonlySet<string>>();
  const below = (id: string): ReadonlySet<string> => {
    const known = descendants.get(id);
    if (known) return known;
    const found = new Set<string>();
    descendants.set(id, found);
    for (const follower of followers.get(id) ?? []) {
      found.add(follower);
      for (const further of below(follower)) found.add(further);
    }
    return found;
  };
  const wanted: [string, string][] = [];
  for (const test of nodes.keys()) {
    if (!isTest(test)) continue;
    const parents = [...(waitsFor.get(test) ?? [])];
    const first = parents[0];
    if (first === undefined) {
      // a test of sources alone goes before what reads them
      if (sources(test).size === 0) continue;
      for (const id of nodes.keys()) {
        if (!isTest(id) && [...sources(test)].every((source) => sources(id).has(source)))
          wanted.push([id, test]);
      }
      continue;
    }
    // with one parent its children suffice, since their descendants wait for them
    const candidates = parents.length === 1 ? (followers.get(first) ?? []) : below(first);
    for (const id of candidates) {
      if (isTest(id)) continue;
      // a source counts as a parent too, though nothing waits for it
      if (![...sources(test)].every((source) => sources(id).has(source))) continue;
      if (parents.slice(1).every((parent) => below(parent).has(id))) wanted.push([id, test]);
    }
  }
  for (const [id, test] of wanted) waitsFor.get(id)?.add(test);
}

/** The sources a node reads, through whatever is between. */
function sourcesAbove(all: Readonly<Record<string, ManifestNode>>): (id: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return function above(id): ReadonlySet<string> {
    const before = known.get(id);
    if (before) return before;
    const found = new Set<string>();
    known.set(id, found);
    for (const parent of all[id]?.depends_on.nodes ?? []) {
      if (all[parent] === undefined) found.add(parent);
      else for (const further of above(parent)) found.add(further);
    }
    return found;
  };
}

function reversed(edges: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  const turned = new Map<string, Set<string>>();
  for (const id of edges.keys()) turned.set(id, new Set());
  for (const [id, parents] of edges) for (const parent of parents) turned.get(parent)?.add(id);
  return turned;
}
