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

/** How rows become a text of their format, piece by piece: every column stands in every row, in the operation's order. */
export interface RowWriter {
  /** Before the first row. */
  readonly head: string;
  readonly row: (this: void, row: unknown, first: boolean) => string;
  /** Behind the last row. */
  readonly tail: string;
}

export function rowWriter(
  format: FlatFormat,
  columns: readonly FlatColumn[],
  options: { readonly bom: boolean; readonly raw: boolean },
): RowWriter {
  if (format === 'csv') {
    return {
      head: `${options.bom ? '\uFEFF' : ''}${columns.map((column) => quoted(column.name)).join(',')}\r\n`,
      row: (row) =>
        `${columns.map((column) => csvValue(column, valueAt(row, column), options.raw)).join(',')}\r\n`,
      tail: '',
    };
  }
  const line = (row: unknown): string =>
    `{${columns.map((column) => `${JSON.stringify(column.name)}:${jsonValue(column, valueAt(row, column))}`).join(',')}}`;
  return format === 'json'
    ? { head: '[', row: (row, first) => `${first ? '' : ',\n'}${line(row)}`, tail: ']\n' }
    : { head: '', row: (row) => `${line(row)}\n`, tail: '' };
}

/** All rows at once. */
export function writeRows(
  format: FlatFormat,
  columns: readonly FlatColumn[],
  rows: readonly unknown[],
  options: { readonly bom: boolean; readonly raw: boolean },
): string {
  const writer = rowWriter(format, columns, options);
  return `${writer.head}${rows.map((row, index) => writer.row(row, index === 0)).join('')}${writer.tail}`;
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
