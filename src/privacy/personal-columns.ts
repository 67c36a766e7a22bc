import type { Lineage } from '../build/artifacts/lineage.js';
import type { Places } from './places.js';

/** `[unique_id, column]` */
export type PersonalColumn = readonly [id: string, column: string];

/** By unique_id: the columns that identifiers and personal data come from, and those that come from them. */
export type PersonalColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What is personal wherever it stands: from the identifiers, from what the API marks by `@pii` and the project by
 * `meta: {pii: …}`, back to the columns of the sources that they come from.
 */
export function personalColumns(
  places: Places,
  lineage: Lineage,
  marked: readonly PersonalColumn[],
): PersonalColumns {
  const found = new Map<string, Set<string>>();
  const visit = (id: string, column: string): void => {
    const columns = found.get(id) ?? new Set();
    found.set(id, columns);
    if (columns.has(column)) return;
    columns.add(column);
    for (const [from, its] of lineage[id]?.[column] ?? []) visit(from, its);
  };
  for (const [id, column] of marked) visit(id, column);
  for (const { id, source, node } of places.values()) {
    for (const { name, meta } of Object.values((source ?? node)?.columns ?? {})) {
      if (meta['pii'] !== undefined && meta['pii'] !== false) visit(id, name);
    }
  }
  return found;
}
