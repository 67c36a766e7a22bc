import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { RawTarget } from './raw-table.js';

/** A record as a line of COPY's text format; null is `\N`. */
export function copyLine(fields: readonly (string | null)[]): string {
  return `${fields.map((field) => (field === null ? '\\N' : escape(field))).join('\t')}\n`;
}

function escape(text: string): string {
  return /[\\\t\n\r]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
    : text;
}

/** The statement that takes such lines. */
export function copyStatement({ schema, name, columns }: RawTarget): string {
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  return `copy ${qualifiedName(schema, name)} (${list}) from stdin`;
}
