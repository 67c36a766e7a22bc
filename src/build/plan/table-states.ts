import type { Queryable } from '../../postgres/queryable.js';
import type { ReadSource } from './source-versions.js';

export interface TableState {
  readonly source: ReadSource;
  /** Whether every table behind it counts its writes by `thau source track`. */
  readonly tracked: boolean;
  /** Null where nobody can tell. */
  readonly version: string | null;
}

/** What PostgreSQL, and thau's triggers where they are, say of the tables behind sources. Unknown ones are left out. */
export async function readTableStates(
  database: Queryable,
  state: string,
  sources: readonly ReadSource[],
): Promise<readonly TableState[]> {
  if (sources.length === 0) return [];
  const { rows } = await database.query<{ place: number; tracked: boolean; version: string | null }>(
    statement(state),
    [sources.map((source) => source.schema), sources.map((source) => source.identifier)],
  );
  return rows.flatMap(({ place, tracked, version }) => {
    const source = sources[place - 1];
    return source ? [{ source, tracked, version }] : [];
  });
}

/** CTEs over two arrays of names: each name with what is behind it, views and partitions opened. */
export const tablesBehind = `asked as (
    select w.place, c.oid, c.relkind
    from unnest($1::text[], $2::text[]) with ordinality as w (schema, name, place)
    join pg_namespace as n on n.nspname = w.schema
    join pg_class as c on c.relnamespace = n.oid and c.relname = w.name
), behind as (
    select place, oid, relkind from asked
    union
    select b.place, c.oid, c.relkind
    from behind as b
    join lateral (
        select d.refobjid as oid
        from pg_rewrite as r
        join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
             and d.refclassid = 'pg_class'::regclass and d.refobjid <> b.oid
        where b.relkind = 'v' and r.ev_class = b.oid
        union
        select i.inhrelid from pg_inherits as i where i.inhparent = b.oid
    ) as parts on true
    join pg_class as c on c.oid = parts.oid
)`;

/**
 * One version for each place asked for; null where it is not a table, partitioned table, materialized view, or a
 * view over nothing but these (a foreign table's rows are another server's), and on a standby, whose counters are
 * its own. Where every table behind it is tracked, the writes that thau's trigger counted take the place of the
 * counters: those prove sameness too. Tables that a subscription fills are not, since no such trigger fires there.
 */
const statement = (state: string): string => `
with recursive ${tablesBehind}
, behind_all as (
    select b.place, b.oid, b.relkind,
           b.relkind = 'v' or exists (
               select from pg_trigger as t
               where t.tgrelid = b.oid and t.tgfoid = to_regproc('${state}.source_changed') and t.tgenabled = 'A')
               and not exists (select from pg_subscription_rel as s where s.srrelid = b.oid) as tracked,
           (select count(*) from ${state}.source_changes as w where w.relation = b.oid)
               + coalesce((select w.counted from ${state}.source_changes_before as w where w.relation = b.oid), 0) as writes
    from behind as b
), places as (
    select place, bool_and(tracked) as tracked from behind_all group by place
)
select b.place::int as place, p.tracked,
       case when pg_is_in_recovery() or bool_or(b.relkind not in ('r', 'p', 'v', 'm')) then null
       else md5(string_agg(concat_ws(',', b.oid, b.relkind, c.relfilenode,
           case when p.tracked then b.writes::text else concat_ws(',',
               case when b.relkind in ('r', 'm') then pg_relation_size(b.oid) end,
               pg_stat_get_tuples_inserted(b.oid), pg_stat_get_tuples_updated(b.oid), pg_stat_get_tuples_deleted(b.oid)) end,
           case when b.relkind = 'v' then pg_get_viewdef(b.oid) end,
           (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.atthasmissing, ';'
                              order by a.attnum)
            from pg_attribute as a where a.attrelid = b.oid and a.attnum > 0 and not a.attisdropped)
       ), '|' order by b.oid)
       || case when p.tracked then 'tracked' else
              (select coalesce(s.stats_reset::text, '') from pg_stat_database as s where s.datname = current_database())
              || pg_postmaster_start_time()::text end)
       end as version
from behind_all as b
join places as p on p.place = b.place
join pg_class as c on c.oid = b.oid
group by b.place, p.tracked`;
