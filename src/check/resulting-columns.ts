import { widenings } from '../build/materialisations/expand-columns.js';
import { schemaChanged } from '../build/materialisations/on-schema-change.js';
import type { Column } from '../build/views/view-text.js';
import type { ManifestNode } from '../project/manifest.js';

/**
 * The columns a node will have, from those of its select and, where it goes on from what is published, those it has
 * now: dbt's `on_schema_change` of an incremental model, and a snapshot's history, which only grows.
 */
export function resultingColumns(
  node: ManifestNode,
  made: readonly Column[],
  present: readonly Column[] | undefined,
): readonly Column[] {
  if (!present) return made;
  const wider = widenings(present, made);
  const before = present.map((column) => ({ ...column, type: wider.get(column.name) ?? column.type }));
  const known = new Map(before.map((column) => [column.name, column.type]));
  const added = made.filter((column) => !known.has(column.name));
  if (node.resource_type === 'snapshot') return [...before, ...added];
  const names = new Set(made.map((column) => column.name));
  const removed = before.filter((column) => !names.has(column.name));
  const retyped = made.filter((column) => (known.get(column.name) ?? column.type) !== column.type);
  switch (node.config['on_schema_change']) {
    case 'append_new_columns':
      return [...before, ...added];
    case 'sync_all_columns': {
      const types = new Map(made.map((column) => [column.name, column.type]));
      const kept = before.flatMap(({ name }) => {
        const type = types.get(name);
        return type === undefined ? [] : [{ name, type }];
      });
      return [...kept, ...added];
    }
    case 'fail':
      if (added.length + removed.length + retyped.length > 0)
        throw schemaChanged(node, added, removed, retyped);
      return before;
    default:
      return before;
  }
}
