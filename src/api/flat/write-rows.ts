import type { FlatColumn, TrustedOperation } from './trusted-operation.js';

export type FlatFormat = 'json' | 'csv' | 'ndjson';

export const flatTypes: Readonly<Record<FlatFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** The rows of an answer's data. */
export function rowsOf(
  operation: TrustedOperation,
  data: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  const root = data[operation.root];
  if (root === null || root === undefined) return [];
  if (operation.shape === 'row') return [root];
  if (operation.shape === 'rows') return root as readonly unknown[];
  return (root as { edges: { node: unknown }[] }).edges.map((edge) => edge.node);
}

/** Every column stands in every row, in the operation's order, also when all of its values are null. */
export function writeRows(
  format: FlatFormat,
  columns: readonly FlatColumn[],
  rows: readonly unknown[],
  options: { readonly bom: boolean; readonly raw: boolean },
): string {
  if (format === 'csv') return csv(columns, rows, options);
  const lines = rows.map(
    (row) =>
      `{${columns.map((column) => `${JSON.stringify(column.name)}:${jsonValue(column, valueAt(row, column))}`).join(',')}}`,
  );
  return format === 'json' ? `[${lines.join(',\n')}]\n` : lines.map((line) => `${line}\n`).join('');
}

function valueAt(row: unknown, column: FlatColumn): unknown {
  let value = row;
  for (const key of column.path) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return value ?? null;
}

/** Exact numbers go out as numbers: their text is one already. */
function jsonValue(column: FlatColumn, value: unknown): string {
  const exact = column.type === 'Decimal' || column.type === 'BigInt';
  if (exact && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value;
  return JSON.stringify(value);
}

function csv(
  columns: readonly FlatColumn[],
  rows: readonly unknown[],
  options: { readonly bom: boolean; readonly raw: boolean },
): string {
  const lines = [columns.map((column) => quoted(column.name)).join(',')];
  for (const row of rows) {
    lines.push(columns.map((column) => csvValue(column, valueAt(row, column), options.raw)).join(','));
  }
  return `${options.bom ? '\uFEFF' : ''}${lines.join('\r\n')}\r\n`;
}

function csvValue(column: FlatColumn, value: unknown, raw: boolean): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return quoted(JSON.stringify(value));
  return quoted(raw || !mayBeFormula(column) ? value : guarded(value));
}

/** Numbers, times and checked phone numbers are no formulas, whatever they begin with. */
function mayBeFormula(column: FlatColumn): boolean {
  return !['Decimal', 'BigInt', 'DateTime', 'Date', 'PhoneNumber'].includes(column.type);
}

/** A text that a spreadsheet would compute is marked as text: https://owasp.org/www-community/attacks/CSV_Injection */
function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
