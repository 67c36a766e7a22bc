import type { Comparison } from './diff-relations.js';

/** How rows are put into blocks by their key. */
export interface BlockOf {
  readonly count: number;
  /** A bigint that rows of equal key have in common, as SQL over a row; nulls are equal. */
  hash(row: string): string;
  /** Whether that costs next to nothing. */
  readonly cheap: boolean;
  /** The number of the block, as SQL over that bigint. */
  of(hash: string): string;
}

/**
 * About 64 rows a block, so that a changed row drags few others along; at most as many blocks as PostgreSQL can sum up
 * in its usual `work_mem`. A power of two.
 *
 * A key of one whole number is its own hash, and 64 numbers in a row are a block: rows are mostly stored in that order,
 * so the sums at hand stay in the processor's cache. The higher bits keep numbers apart whose lowest bits are all alike.
 */
export function blockOf({ key, columns, estimatedRows }: Comparison): BlockOf {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, estimatedRows / 64)));
  const count = Math.min(Math.max(wanted, 4096), 65_536);
  const keys = key.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  const [only] = keys;
  if (only && keys.length === 1 && /^(smallint|integer|bigint)$/.test(only.type)) {
    return {
      count,
      cheap: true,
      hash: (row) => `coalesce(${only.value(row)}::bigint, -1)`,
      of: (hash) =>
        `((${[6, 22, 38].map((bits) => `(${hash} >> ${bits})`).join(' # ')}) & ${count - 1})::int`,
    };
  }
  return {
    count,
    cheap: false,
    hash: (row) => keys.map((column, n) => `coalesce(${column.hash(row, seed(n))}, ${n})`).join(' # '),
    of: (hash) => `((${hash}) & ${count - 1})::int`,
  };
}

/** Constants that have nothing to do with each other, for what is hashed side by side. */
export function seed(n: number): string {
  return `'${BigInt.asIntN(64, BigInt(n + 1) * 0x9e3779b97f4a7c15n)}'::bigint`;
}
