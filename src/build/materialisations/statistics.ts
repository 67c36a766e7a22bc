import { sqlName } from '../relation.js';
import type { CandidateInput } from './materialisation.js';

/** A table of fewer rows is analyzed within milliseconds. */
const leastRows = 1000;
/** Statistics tell as much about a table that holds so much more or less, as a share. */
const likeBefore = 0.1;

/**
 * Statistics for a table just filled with so many rows: its predecessor's where it has the same columns and about as many
 * rows, else those of `analyze`, which sorts a sample of every column and takes longer than most increments. Autovacuum,
 * which has to be on, sees a table that was never analyzed and renews them soon after the run, so that they do not grow old
 * from generation to generation. A full refresh, and so an erasure, hands nothing over: statistics hold values. Nor can
 * PostgreSQL before 18.
 */
export async function gatherStatistics(input: CandidateInput, rows: number): Promise<void> {
  if (!input.fullRefresh && (await handOver(input, rows))) return;
  await input.tx.query(`analyze ${sqlName(input.target)}`);
}

async function handOver(
  { tx, target, predecessor }: Pick<CandidateInput, 'tx' | 'target' | 'predecessor'>,
  rows: number,
): Promise<boolean> {
  if (predecessor === undefined || rows < leastRows) return false;
  const { store } = predecessor;
  const from = store ? { schema: store.schema, name: store.table } : predecessor;
  const { rows: found } = await tx.query<{ fits: boolean }>(fits, [
    sqlName(target),
    sqlName(from),
    rows,
    likeBefore,
  ]);
  if (found[0]?.fits !== true) return false;
  const { rows: handed } = await tx.query<{ all: boolean | null }>(restore, [
    target.schema,
    target.name,
    from.schema,
    from.name,
    rows,
  ]);
  return handed[0]?.all === true;
}

/** $1: the table, $2: its predecessor, $3: rows of the table, $4: how many more or fewer they may be, as a share. */
const fits = `
select current_setting('server_version_num')::integer >= 180000
    and current_setting('autovacuum')::boolean and current_setting('track_counts')::boolean
    and was.relkind = 'r' and was.reltuples > 0 and abs($3 - was.reltuples) <= $4 * was.reltuples
    and not exists (select from pg_index as i where i.indrelid = made.oid and i.indexprs is not null)
    and not exists (
        select from pg_attribute as a
        left join pg_attribute as b
            on b.attrelid = was.oid and b.attname = a.attname and b.atttypid = a.atttypid
            and b.attcollation = a.attcollation and not b.attisdropped
        left join pg_stats as s
            on s.schemaname = n.nspname and s.tablename = was.relname and s.attname = a.attname and not s.inherited
        where a.attrelid = made.oid and a.attnum > 0 and not a.attisdropped
            and (b.attname is null or s.attname is null)
    ) as fits
from pg_class as made, pg_class as was join pg_namespace as n on n.oid = was.relnamespace
where made.oid = to_regclass($1) and was.oid = to_regclass($2)`;

/** $1, $2: the table's schema and name, $3, $4: its predecessor's, $5: rows of the table. */
const restore = `
with restored as materialized (
    select pg_restore_attribute_stats(
        'schemaname', $1::text, 'relname', $2::text, 'attname', s.attname::text, 'inherited', false,
        'null_frac', s.null_frac, 'avg_width', s.avg_width, 'n_distinct', s.n_distinct,
        'most_common_vals', s.most_common_vals::text, 'most_common_freqs', s.most_common_freqs,
        'histogram_bounds', s.histogram_bounds::text, 'correlation', s.correlation,
        'most_common_elems', s.most_common_elems::text, 'most_common_elem_freqs', s.most_common_elem_freqs,
        'elem_count_histogram', s.elem_count_histogram,
        'range_length_histogram', s.range_length_histogram::text, 'range_empty_frac', s.range_empty_frac,
        'range_bounds_histogram', s.range_bounds_histogram::text
    ) as done
    from pg_stats as s
    join pg_attribute as a
        on a.attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) and a.attname = s.attname and a.attnum > 0
    where s.schemaname = $3 and s.tablename = $4 and not s.inherited
    union all
    select pg_restore_relation_stats(
        'schemaname', $1::text, 'relname', $2::text, 'reltuples', $5::real,
        'relpages', (pg_relation_size(format('%I.%I', $1::text, $2::text)::regclass)
                     / current_setting('block_size')::integer)::integer)
)
select bool_and(done) as all from restored`;
