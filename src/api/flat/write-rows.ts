import { arrowWriter } from './arrow-writer.js';
import type { FlatFormat } from './flat-format.js';
import { valueAt } from './row-value.js';
import type { FlatColumn, TrustedOperation } from './trusted-operation.js';

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

/** How rows become their format, piece by piece: every column stands in every row, in the operation's order. */
export interface RowWriter<Piece extends string | Uint8Array = string | Uint8Array> {
  /** Before the first row. */
  readonly head: Piece;
  /** Rows that follow each other; `isFirst` says that none came before them. */
  readonly rows: (this: void, rows: readonly unknown[], isFirst: boolean) => Piece;
  /** Behind the last row. */
  readonly tail: Piece;
}

interface WriteOptions {
  readonly bom: boolean;
  readonly raw: boolean;
}

export async function rowWriter(
  format: FlatFormat,
  columns: readonly FlatColumn[],
  options: WriteOptions,
): Promise<RowWriter> {
  return format === 'arrow' ? arrowWriter(columns) : textWriter(format, columns, options);
}

function textWriter(
  format: Exclude<FlatFormat, 'arrow'>,
  columns: readonly FlatColumn[],
  options: WriteOptions,
): RowWriter<string> {
  if (format === 'csv') {
    const line = (row: unknown): string =>
      `${columns.map((column) => csvValue(column, valueAt(row, column), options.raw)).join(',')}\r\n`;
    return {
      head: `${options.bom ? '\uFEFF' : ''}${columns.map((column) => quoted(column.name)).join(',')}\r\n`,
      rows: (rows) => rows.map(line).join(''),
      tail: '',
    };
  }
  const line = (row: unknown): string =>
    `{${columns.map((column) => `${JSON.stringify(column.name)}:${jsonValue(column, valueAt(row, column))}`).join(',')}}`;
  return format === 'json'
    ? {
        head: '[',
        rows: (rows, isFirst) =>
          rows.map((row, index) => `${isFirst && index === 0 ? '' : ',\n'}${line(row)}`).join(''),
        tail: ']\n',
      }
    : { head: '', rows: (rows) => rows.map((row) => `${line(row)}\n`).join(''), tail: '' };
}

/** All rows at once. */
export async function writeRows(
  format: FlatFormat,
  columns: readonly FlatColumn[],
  rows: readonly unknown[],
  options: WriteOptions,
): Promise<string | Uint8Array> {
  const writer = await rowWriter(format, columns, options);
  const pieces = [writer.head, writer.rows(rows, true), writer.tail];
  return pieces.every((piece) => typeof piece === 'string')
    ? pieces.join('')
    : Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
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
