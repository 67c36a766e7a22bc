import { asKind, isTree, names, text } from '../../sql/tree.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { hasRelation } from '../run/has-relation.js';

/** What a view refuses or lacks: `tablesample`, and the system columns of a row. */
const suspicious = /\b(tablesample|ctid|xmin|xmax|cmin|cmax|tableoid)\b/i;
const systemColumns: ReadonlySet<string> = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/**
 * Nodes that another node reads in a way only a table can be read, with that node's name. `sqlOf` is a reader's SQL
 * as rendered, where it is known, with relations named by their unique ids.
 */
export async function readAsTables(
  manifest: Manifest,
  sqlOf: (nodeId: string) => string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const reader of Object.values(manifest.nodes)) {
    const rendered = sqlOf(reader.unique_id);
    const sql = rendered !== undefined && rendered !== '' ? rendered : reader.raw_code;
    if (!suspicious.test(sql)) continue;
    const parents = relationsRead(manifest, reader);
    const sampled = rendered === undefined ? undefined : await onlySampled(sql);
    for (const parent of parents) {
      if (sampled === undefined || sampled.has(parent)) found.set(parent, reader.name);
    }
  }
  return found;
}

/** The relations a statement samples, when that is all it does; undefined when it must be feared to do more. */
async function onlySampled(sql: string): Promise<ReadonlySet<string> | undefined> {
  // PostgreSQL's parser is large, and seldom needed here
  const { parseSql } = await import('../../sql/parse-sql.js');
  const sampled = new Set<string>();
  const more = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (!isTree(node)) return;
    const sample = asKind(node, 'RangeTableSample');
    const relation =
      sample && isTree(sample['relation']) ? asKind(sample['relation'], 'RangeVar') : undefined;
    const name = relation && text(relation['relname']);
    if (name !== undefined) sampled.add(name);
    const column = asKind(node, 'ColumnRef');
    if (column)
      names(column['fields'])
        .filter((field) => systemColumns.has(field))
        .forEach((field) => more.add(field));
    Object.values(node).forEach(visit);
  };
  try {
    parseSql(sql, 'reader').forEach((statement) => visit(statement.tree));
  } catch {
    return undefined;
  }
  return more.size > 0 ? undefined : sampled;
}

/** Through ephemeral models, whose SQL becomes the reader's. */
function relationsRead(manifest: Manifest, reader: ManifestNode): readonly string[] {
  return reader.depends_on.nodes.flatMap((id) => {
    const parent = manifest.nodes[id];
    if (!parent) return [];
    return hasRelation(parent) ? [id] : relationsRead(manifest, parent);
  });
}
