import { ThauError } from '../errors/thau-error.js';
import type { RawTable } from './contract/table.js';
import type { SampleRow, Value } from './ledger.js';

export function csvHeader(table: RawTable): string {
  return `${table.columns.map((column) => column.name).join(',')}\n`;
}

/** A row as a CSV line, its columns in the contract's order; a column that one of them does not know is a fault. */
export function csvLine(table: RawTable, { relation, values }: SampleRow): string {
  if (
    Object.keys(values).length !== table.columns.length ||
    table.columns.some(({ name }) => values[name] === undefined)
  ) {
    throw new ThauError(
      'SAMPLE_CONTRACT',
      `a row of ${relation} has columns ${Object.keys(values).join(', ')}`,
    );
  }
  return `${table.columns.map(({ name }) => field(values[name] ?? null)).join(',')}\n`;
}

function field(value: Value): string {
  if (value === null) return '';
  const text = String(value);
  // an empty text is not null, and COPY tells them apart by the quotes
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
