import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { Comparison, RowDiff } from './diff-relations.js';

/** Whole rows as a bag: how many of each stand on both sides. A changed row is one removed and one added. */
export async function diffWithoutKey(database: Queryable, comparison: Comparison): Promise<RowDiff> {
  const { rows } = await database.query<Found>(bags(comparison));
  const [row] = rows;
  return {
    rows: {
      before: row?.before ?? 0,
      after: row?.after ?? 0,
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
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  readonly added_rows: readonly Record<string, unknown>[] | null;
  readonly removed_rows: readonly Record<string, unknown>[] | null;
}

function bags({ before, after, columns, samples }: Comparison): string {
  const values = columns.map((column) => column.value('thau_row')).join(', ');
  const shown = columns.map(({ name }) => `thau_row.${quoteIdentifier(name)}`).join(', ');
  const side = (relation: string): string => `
    select hash_record_extended(row(${values}), 1) as h, count(*) as n,
        (array_agg(to_jsonb(s.shown)))[1] as row
    from ${relation} as thau_row
    cross join lateral (select ${shown === '' ? 'null' : shown}) as s0
    cross join lateral (select s0 as shown) as s
    group by 1`;
  return `
    with d as (
        select coalesce(a.n, 0) as before, coalesce(b.n, 0) as after, a.row as old, b.row as now
        from (${side(before)}) as a full join (${side(after)}) as b using (h)
    )
    select coalesce(sum(before), 0)::bigint as before, coalesce(sum(after), 0)::bigint as after,
        coalesce(sum(greatest(after - before, 0)), 0)::bigint as added,
        coalesce(sum(greatest(before - after, 0)), 0)::bigint as removed,
        (select jsonb_agg(x.now) from (select now from d where after > before order by now limit ${samples}) as x)
            as added_rows,
        (select jsonb_agg(x.old) from (select old from d where before > after order by old limit ${samples}) as x)
            as removed_rows
    from d`;
}
