import type { Manifest } from '../../project/manifest.js';

/** What passed tests of error severity prove about one relation. */
export interface ProvenFacts {
  readonly notNull: Set<string>;
  readonly unique: (readonly string[])[];
  readonly acceptedValues: Map<string, readonly string[]>;
}

/** By the tested node. A test with a `where` or a threshold proves nothing about the whole relation. */
export function provenFacts(
  manifest: Manifest,
  passed: ReadonlySet<string>,
): ReadonlyMap<string, ProvenFacts> {
  const facts = new Map<string, ProvenFacts>();
  for (const id of passed) {
    const test = manifest.nodes[id];
    const metadata = test?.test_metadata;
    const on = test?.attached_node;
    if (!test || !metadata || on === undefined || on === null) continue;
    const { config } = test;
    const strict =
      /^error$/i.test(typeof config['severity'] === 'string' ? config['severity'] : 'error') &&
      !config['where'] &&
      (config['error_if'] ?? '!= 0') === '!= 0';
    if (!strict) continue;
    const of: ProvenFacts = facts.get(on) ?? { notNull: new Set(), unique: [], acceptedValues: new Map() };
    facts.set(on, of);
    const column = test.column_name ?? (metadata.kwargs['column_name'] as string | undefined);
    if (metadata.name === 'not_null' && column) of.notNull.add(column);
    else if (metadata.name === 'unique' && column) of.unique.push([column]);
    else if (metadata.name === 'accepted_values' && column && Array.isArray(metadata.kwargs['values'])) {
      of.acceptedValues.set(column, metadata.kwargs['values'].map(String));
    } else if (metadata.name === 'unique_combination_of_columns') {
      const columns = metadata.kwargs['combination_of_columns'];
      if (Array.isArray(columns)) of.unique.push(columns.map(String));
    }
  }
  return facts;
}
