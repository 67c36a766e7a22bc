import type { ShownRows } from './show-rows.js';

/** PostgreSQL's numbers for int8, int2, int4, oid, float4, float8 and numeric. */
const numbers = new Set([20, 21, 23, 26, 700, 701, 1700]);

/** Rows as objects with JSON's own numbers and booleans; a number that JSON cannot keep stays text. */
export function shownRecords({ columns, types, rows }: ShownRows): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.map((name, place) => [name, jsonValue(row[place] ?? null, types[place] ?? 0)]),
    ),
  );
}

function jsonValue(text: string | null, type: number): unknown {
  if (text === null) return null;
  if (type === 16) return text === 't';
  if (type === 114 || type === 3802) return JSON.parse(text) as unknown;
  if (!numbers.has(type)) return text;
  const number = Number(text);
  return Number.isFinite(number) && (Number.isSafeInteger(number) || !Number.isInteger(number))
    ? number
    : text;
}
