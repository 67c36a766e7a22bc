import { ThauError } from '../../errors/thau-error.js';
import { wholeFloat } from '../../project/yaml/whole-float.js';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifier.js';
import type { FixtureRow } from '../../project/unit-tests/unit-test.js';
import type { Column } from '../views/view-text.js';

export interface FixtureColumns {
  /** `input ref('orders')` or `expect`, for messages. */
  readonly owner: string;
  /** Every column that rows may name, with PostgreSQL's type. */
  readonly columns: readonly Column[];
}

/**
 * Rows as a select with the columns' own types; what a row does not name is null. As under dbt, names match without
 * case, and a text is never cut by the length of its column.
 */
export function fixtureSql(rows: readonly FixtureRow[], { owner, columns }: FixtureColumns): string {
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const select = (row: ReadonlyMap<string, unknown>): string =>
    `select ${columns
      .map(({ name, type }) => `${literal(row.get(name.toLowerCase()), type)} as ${quoteIdentifier(name)}`)
      .join(', ')}`;
  if (rows.length === 0) return `${select(new Map())} limit 0`;
  return rows
    .map((row) => {
      const values = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
      for (const name of values.keys()) if (!byName.has(name)) throw unknownColumn(name, owner, columns);
      return select(values);
    })
    .join('\nunion all\n');
}

/** The columns that rows name, in the order they first do; undefined for one that is none. */
export function namedColumns(
  rows: readonly FixtureRow[],
  owner: string,
  columns: readonly Column[],
): readonly Column[] {
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const names = new Set(rows.flatMap((row) => Object.keys(row).map((name) => name.toLowerCase())));
  return [...names].map((name) => {
    const column = byName.get(name);
    if (column === undefined) throw unknownColumn(name, owner, columns);
    return column;
  });
}

function unknownColumn(name: string, owner: string, columns: readonly Column[]): ThauError {
  return new ThauError('BUILD_UNIT_TEST', `there is no column "${name}" in ${owner}`, {
    hint: `It has ${columns.map((column) => column.name).join(', ')}.`,
  });
}

function literal(value: unknown, type: string): string {
  return `cast(${text(value, type)} as ${typeof value === 'string' ? withoutLength(type) : type})`;
}

function text(value: unknown, type: string): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  const float = wholeFloat(value);
  if (float !== undefined) return float;
  if (typeof value === 'string') return quoteLiteral(value);
  if (Array.isArray(value) && type.endsWith('[]')) return quoteLiteral(arrayText(value));
  return quoteLiteral(JSON.stringify(value));
}

/** PostgreSQL's own text of an array. */
function arrayText(values: readonly unknown[]): string {
  const item = (value: unknown): string => {
    if (value === null) return 'null';
    if (Array.isArray(value)) return arrayText(value);
    const plain = typeof value === 'string' ? value : JSON.stringify(value);
    return `"${plain.replace(/["\\]/g, '\\$&')}"`;
  };
  return `{${values.map(item).join(',')}}`;
}

function withoutLength(type: string): string {
  return type.replace(/^(character varying)\(\d+\)/, '$1');
}
