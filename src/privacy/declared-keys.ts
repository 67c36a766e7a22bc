import type { Manifest, ManifestNode } from '../project/manifest.js';

/**
 * By unique_id: the column lists that the project declares unique, by tests and unique indexes. `unique_key` is none: several rows of a
 * delivery may have it.
 */
export function declaredKeys(manifest: Manifest): ReadonlyMap<string, readonly (readonly string[])[]> {
  const keys = new Map<string, string[][]>();
  const add = (id: string | null | undefined, columns: readonly string[]): void => {
    if (id === null || id === undefined || columns.length === 0) return;
    const list = keys.get(id) ?? [];
    if (!list.some((one) => one.join() === columns.join())) list.push([...columns]);
    keys.set(id, list);
  };
  for (const node of Object.values(manifest.nodes)) {
    if (node.resource_type === 'test') {
      add(testedNode(node), testedColumns(node));
      continue;
    }
    const indexes: unknown = node.config['indexes'];
    for (const index of Array.isArray(indexes) ? (indexes as Record<string, unknown>[]) : []) {
      if (index['unique'] === true) add(node.unique_id, texts(index['columns']));
    }
  }
  return keys;
}

function testedNode(test: ManifestNode): string | undefined {
  return test.attached_node ?? test.depends_on.nodes[0];
}

/** A test over some of the rows proves nothing of the others. */
function testedColumns(test: ManifestNode): readonly string[] {
  const { name, kwargs } = test.test_metadata ?? {};
  if (!kwargs || typeof test.config['where'] === 'string') return [];
  if (name === 'unique') return texts(kwargs['column_name'] ?? test.column_name);
  if (name === 'unique_combination') return texts(kwargs['columns']);
  if (name === 'unique_combination_of_columns') return texts(kwargs['combination_of_columns']);
  return [];
}

function texts(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.every((one): one is string => typeof one === 'string') ? list : [];
}
