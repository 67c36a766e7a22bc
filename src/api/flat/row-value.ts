import type { FlatColumn } from './trusted-operation.js';

/** What stands in a column of a row; null where the object it belongs to is not there. */
export function valueAt(row: unknown, column: FlatColumn): unknown {
  let value = row;
  for (const key of column.path) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return value ?? null;
}
