/** What `blockSums` answers. */
export interface BlockSums {
  /** Rows of each side. */
  readonly before: number;
  readonly after: number;
  /** The numbers of the blocks that differ; null where none does. */
  readonly differing: readonly number[] | null;
}

/**
 * Sums up two sides in blocks, and answers the blocks whose sums differ. A side is a select of `block` (integer) and `h`
 * (bigint), the hash of a row. Two sums, since in one alone two equal rows take each other away.
 *
 * One aggregation over both: PostgreSQL does it with several workers, since it expects few groups of a union.
 */
export function blockSums(before: string, after: string): string {
  return `
    select coalesce(sum(before), 0)::bigint as before, coalesce(sum(n - before), 0)::bigint as after,
        array_agg(block) filter (where n <> 2 * before or x <> 0 or s <> 0) as differing
    from (
        select block, count(*) as n, count(*) filter (where sign > 0) as before, bit_xor(h) as x,
            sum(sign * (h >> 33)::int) as s
        from (
            select 1 as sign, block, h from (${before}) as rows_before
            union all
            select -1, block, h from (${after}) as rows_after
        ) as sides
        group by block
    ) as blocks`;
}

/**
 * About 64 rows a block, so that a changed row drags few others along; at most as many blocks as PostgreSQL can sum up
 * in its usual `work_mem`. A power of two.
 */
export function blockCount(estimatedRows: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, estimatedRows / 64)));
  return Math.min(Math.max(wanted, 4096), 65_536);
}

/** Whether so few blocks differ that it pays to look up each row's block before it is compared. */
export function areFew(differing: readonly number[], count: number): boolean {
  return differing.length < count / 3;
}

/** Constants that have nothing to do with each other, for what is hashed side by side. */
export function seed(n: number): string {
  return `'${BigInt.asIntN(64, BigInt(n + 1) * 0x9e3779b97f4a7c15n)}'::bigint`;
}
