import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';
import { areFew, blockCount, blockSums, seed, type BlockSums } from './block-sums.js';
import type { Comparison, RowDiff } from './diff-relations.js';

/**
 * Whole rows as a bag: how many of each stand on both sides. A changed row is one removed and one added. Summed up in
 * blocks of equal hash first, as by `diffByKey`.
 */
export async function diffWithoutKey(database: Queryable, comparison: Comparison): Promise<RowDiff> {
  const count = blockCount(comparison.estimatedRows);
  const side = (relation: string): string => `
    select (h & ${count - 1})::int as block, h
    from (select ${rowHash(comparison)} as h from ${relation} as thau_row offset '0') as hashed`;
  const sums = await database.query<BlockSums>(blockSums(side(comparison.before), side(comparison.after)));
  const { before = 0, after = 0, differing = null } = sums.rows[0] ?? {};
  const found = differing ?? [];
  const few = areFew(found, count);
  const { rows } =
    found.length === 0
      ? { rows: [] }
      : await database.query<Found>(bags(comparison, few ? count : undefined), few ? [found] : []);
  const [row] = rows;
  return {
    rows: {
      before,
      after,
      added: row?.added ?? 0,
      removed: row?.removed ?? 0,
      changed: 0,
    },
    changedColumns: {},
    samples: {
      added: (row?.added_rows ?? []).map((one) => ({ key: {}, row: one })),
      removed: (row?.removed_rows ?? []).map((one) => ({ key: {}, row: one })),
      changed: [],
    },
  };
}

interface Found {
  readonly added: number;
  readonly removed: number;
  readonly added_rows: readonly Record<string, unknown>[] | null;
  readonly removed_rows: readonly Record<string, unknown>[] | null;
}

/** Equal of equal rows; the last step keeps two rows that change a value for each other's from cancelling out. */
function rowHash({ columns }: Comparison): string {
  const values = columns.map((column, n) => `coalesce(${column.hash('thau_row', seed(n))}, ${n})`);
  return `hashint8extended(${values.length === 0 ? '0' : values.join(' # ')}, 0)`;
}

/** What each side has more of than the other, of the rows of the blocks $1 or of all. */
function bags(comparison: Comparison, blocks: number | undefined): string {
  const { before, after, columns, samples } = comparison;
  const shown = columns.map(({ name }) => `thau_row.${quoteIdentifier(name)}`).join(', ');
  const side = (relation: string): string => `
    select ${rowHash(comparison)} as h, count(*) as n, (array_agg(to_jsonb(s.shown)))[1] as row
    from ${relation} as thau_row
    cross join lateral (select ${shown === '' ? 'null' : shown}) as s0
    cross join lateral (select s0 as shown) as s${
      blocks === undefined
        ? ''
        : `\n    where (${rowHash(comparison)} & ${blocks - 1})::int = any ($1::int[])`
    }
    group by 1`;
  return `
    with d as (
        select coalesce(a.n, 0) as before, coalesce(b.n, 0) as after, a.row as old, b.row as now
        from (${side(before)}) as a full join (${side(after)}) as b using (h)
    )
    select coalesce(sum(greatest(after - before, 0)), 0)::bigint as added,
        coalesce(sum(greatest(before - after, 0)), 0)::bigint as removed,
        (select jsonb_agg(x.now) from (select now from d where after > before order by now limit ${samples}) as x)
            as added_rows,
        (select jsonb_agg(x.old) from (select old from d where before > after order by old limit ${samples}) as x)
            as removed_rows
    from d`;
}
