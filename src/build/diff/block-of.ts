import { blockCount, seed } from './block-sums.js';
import type { Comparison } from './diff-relations.js';

/** How rows are put into blocks by their key. */
export interface BlockOf {
  readonly count: number;
  /** A bigint that rows of equal key have in common, as SQL over a row; nulls are equal. */
  hash(row: string): string;
  /** Whether that costs next to nothing. */
  readonly cheap: boolean;
  /** The number of the block, as SQL over a row, or over the `hash` of one where that stands in a column. */
  of(row: string, hash?: string): string;
}

/**
 * A key of one whole number is its own hash, and 64 numbers in a row are a block: rows are mostly stored in that order,
 * so the sums at hand stay in the processor's cache. The higher bits keep numbers apart whose lowest bits are all alike.
 * Other keys are hashed.
 */
export function blockOf({ key, columns, estimatedRows }: Comparison): BlockOf {
  const count = blockCount(estimatedRows);
  const keys = key.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  const [only] = keys;
  const shifts = wholeNumbers[keys.length === 1 ? (only?.type ?? '') : ''];
  if (only && shifts) {
    const bits = (row: string): string => shifts.map((by) => `(${only.value(row)} >> ${by})`).join(' # ');
    return {
      count,
      cheap: true,
      hash: (row) => `coalesce(${only.value(row)}::bigint, -1)`,
      of: (row) => `coalesce(((${bits(row)}) & ${count - 1})::int, 0)`,
    };
  }
  const hash = (row: string): string =>
    keys.map((column, n) => `coalesce(${column.hash(row, seed(n))}, ${n})`).join(' # ');
  return { count, cheap: false, hash, of: (row, kept = hash(row)) => `((${kept}) & ${count - 1})::int` };
}

/** Where the bits of a whole number that tell its block begin. */
const wholeNumbers: Readonly<Record<string, readonly number[]>> = {
  smallint: [6],
  integer: [6, 22],
  bigint: [6, 22, 38],
};
