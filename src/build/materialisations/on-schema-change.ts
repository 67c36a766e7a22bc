import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { sqlName } from '../relation.js';
import type { Column } from '../views/view-text.js';
import { expandColumns } from './expand-columns.js';

/**
 * dbt's `on_schema_change`: what happens to the table when the model's columns differ from its own. Answers the
 * names of the columns to write.
 */
export async function syncColumns(
  tx: Session,
  node: ManifestNode,
  config: NodeConfig,
  target: { readonly schema: string; readonly name: string },
  made: readonly Column[],
): Promise<readonly string[]> {
  const present = await expandColumns(tx, target, made);
  const { alterations, columns } = planColumns(node, config, present, made);
  if (alterations.length > 0) await tx.query(`alter table ${sqlName(target)} ${alterations.join(', ')}`);
  return columns;
}

/** What `syncColumns` is going to do: changes of the table, as `alter table` writes them, and the columns to write. */
export function planColumns(
  node: ManifestNode,
  config: NodeConfig,
  present: readonly Column[],
  made: readonly Column[],
): { readonly alterations: readonly string[]; readonly columns: readonly string[] } {
  const how = config['on_schema_change'];
  const known = new Map(present.map((column) => [column.name, column.type]));
  const names = new Set(made.map((column) => column.name));
  const added = made.filter((column) => !known.has(column.name));
  const removed = present.filter((column) => !names.has(column.name));
  const retyped = made.filter((column) => known.has(column.name) && known.get(column.name) !== column.type);
  const changed = added.length + removed.length + retyped.length > 0;
  if (how === 'append_new_columns' || how === 'sync_all_columns') {
    const changes = added.map((column) => `add column ${quoteIdentifier(column.name)} ${column.type}`);
    if (how === 'sync_all_columns') {
      changes.push(...removed.map((column) => `drop column ${quoteIdentifier(column.name)}`));
      changes.push(
        ...retyped.map(
          ({ name, type }) =>
            `alter column ${quoteIdentifier(name)} type ${type} using ${quoteIdentifier(name)}::${type}`,
        ),
      );
    }
    return { alterations: changes, columns: made.map((column) => column.name) };
  }
  if (how === 'fail' && changed) throw schemaChanged(node, added, removed, retyped);
  // dbt's `ignore` writes the table's own columns; one that the model no longer has is PostgreSQL's error
  return { alterations: [], columns: present.map((column) => column.name) };
}

export function schemaChanged(
  node: ManifestNode,
  added: readonly Column[],
  removed: readonly Column[],
  retyped: readonly Column[],
): ThauError {
  return new ThauError('BUILD_SCHEMA_CHANGED', `The columns of ${node.unique_id} changed.`, {
    at: { file: node.original_file_path },
    notes: [
      ...added.map((column) => `new column "${column.name}" (${column.type})`),
      ...removed.map((column) => `column "${column.name}" is gone`),
      ...retyped.map((column) => `column "${column.name}" becomes ${column.type}`),
    ],
    hint: 'Run it with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns.',
  });
}
