/** Everything with dependencies: nodes, exposures, metrics, … */
export interface Dependent {
  readonly unique_id: string;
  readonly depends_on: { readonly nodes: readonly string[] };
}

export interface GraphMaps {
  readonly parent_map: Readonly<Record<string, readonly string[]>>;
  readonly child_map: Readonly<Record<string, readonly string[]>>;
}

/** dbt's `parent_map` and `child_map`: for every id its direct parents and children, sorted. */
export function graphMaps(ids: Iterable<string>, dependents: Iterable<Dependent>): GraphMaps {
  const children = new Map<string, Set<string>>();
  const parents: Record<string, readonly string[]> = {};
  for (const id of ids) children.set(id, new Set());
  for (const { unique_id, depends_on } of dependents) {
    parents[unique_id] = [...new Set(depends_on.nodes)].sort();
    for (const parent of depends_on.nodes) children.get(parent)?.add(unique_id);
  }
  const child_map: Record<string, readonly string[]> = {};
  for (const [id, found] of children) {
    child_map[id] = [...found].sort();
    parents[id] ??= [];
  }
  return { parent_map: parents, child_map };
}
