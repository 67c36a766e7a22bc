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
  const children = new Map<string, string[]>();
  const parents: Record<string, readonly string[]> = {};
  for (const id of ids) children.set(id, []);
  for (const { unique_id, depends_on } of dependents) {
    const distinct = sortedOnce(depends_on.nodes);
    parents[unique_id] = distinct;
    for (const parent of distinct) children.get(parent)?.push(unique_id);
  }
  const child_map: Record<string, readonly string[]> = {};
  for (const [id, found] of children) {
    child_map[id] = sortedOnce(found);
    parents[id] ??= [];
  }
  return { parent_map: parents, child_map };
}

/** Most lists are of one id at most: those of a large project are not copied. */
function sortedOnce(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : [...new Set(ids)].sort();
}
