import type { Queryable } from '../../postgres/queryable.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { SourceNode } from '../../project/manifest.js';
import { sqlName } from '../relation.js';

/** The state of a source's data, by unique_id; undefined where sameness cannot be told. */
export type SourceVersions = ReadonlyMap<string, string | undefined>;

export interface SourceVersionOptions {
  /**
   * Counters prove change, never sameness: a session that wrote keeps its counts to itself for up to ten seconds.
   * With this set, counters are not trusted while another session was at work in the last 15 seconds.
   */
  readonly distrustRecent: boolean;
}

/**
 * What tells whether a source changed: `loaded_at_field` with the number of rows where it is set, else PostgreSQL's
 * own counters of every table behind it, with the files and columns. Read before anything is built, so that a row
 * that comes later is news to the next run.
 */
export async function readSourceVersions(
  database: Queryable,
  sources: readonly SourceNode[],
  options: SourceVersionOptions,
): Promise<SourceVersions> {
  const versions = new Map<string, string | undefined>();
  const counted = sources.filter((source) => source.loaded_at_field === null);
  const dated = sources.filter((source) => source.loaded_at_field !== null);
  for (const [id, version] of await readLoadedAt(database, dated)) versions.set(id, version);
  if (counted.length === 0) return versions;
  if (options.distrustRecent && (await othersAtWork(database))) return versions;
  const { rows } = await database.query<{ place: number; version: string | null }>(counters, [
    counted.map((source) => source.schema),
    counted.map((source) => source.identifier),
  ]);
  for (const row of rows) {
    const source = counted[row.place - 1];
    if (source && row.version !== null) versions.set(source.unique_id, row.version);
  }
  return versions;
}

/** All in one statement; one by one where one of them cannot be read. */
async function readLoadedAt(database: Queryable, sources: readonly SourceNode[]): Promise<SourceVersions> {
  if (sources.length === 0) return new Map();
  try {
    const { rows } = await database.query<{ id: string; version: string }>(
      sources.map((source, place) => loadedAt(source, `$${place + 1}::text`)).join('\nunion all\n'),
      sources.map((source) => source.unique_id),
    );
    return new Map(rows.map((row) => [row.id, row.version]));
  } catch {
    const versions = new Map<string, string | undefined>();
    for (const source of sources) versions.set(source.unique_id, await readOneLoadedAt(database, source));
    return versions;
  }
}

async function readOneLoadedAt(database: Queryable, source: SourceNode): Promise<string | undefined> {
  try {
    const { rows } = await database.query<{ version: string }>(loadedAt(source, '$1::text'), [
      source.unique_id,
    ]);
    return rows[0]?.version;
  } catch {
    // a source that is gone or has no such column fails the nodes that read it, with their places
    return undefined;
  }
}

function loadedAt(source: SourceNode, id: string): string {
  const field = source.loaded_at_field ?? '';
  const column = /^[A-Za-z_]\w*$/.test(field) ? quoteIdentifier(field.toLowerCase()) : field;
  const table = sqlName({ schema: source.schema, name: source.identifier });
  return `select ${id} as id, count(*) || ' rows, ' || coalesce(max(${column})::text, 'none') as version from ${table}`;
}

async function othersAtWork(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ busy: boolean }>(
    `select exists (
         select from pg_stat_activity
         where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
           and application_name <> 'thau' and application_name not like 'thau %'
           and (state <> 'idle' or state_change > clock_timestamp() - interval '15 seconds')) as busy`,
  );
  return rows[0]?.busy ?? true;
}

/**
 * One version for each place asked for; null where it is not a table, partitioned table, materialized view, or a
 * view over nothing but these (a foreign table's rows are another server's), and on a standby, whose counters are
 * its own.
 */
const counters = `
with recursive asked as (
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
)
select b.place::int as place,
       case when pg_is_in_recovery() or bool_or(b.relkind not in ('r', 'p', 'v', 'm')) then null
       else md5(string_agg(concat_ws(',', b.oid, b.relkind, c.relfilenode,
           case when b.relkind in ('r', 'm') then pg_relation_size(b.oid) end,
           pg_stat_get_tuples_inserted(b.oid), pg_stat_get_tuples_updated(b.oid), pg_stat_get_tuples_deleted(b.oid),
           case when b.relkind = 'v' then pg_get_viewdef(b.oid) end,
           (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.atthasmissing, ';'
                              order by a.attnum)
            from pg_attribute as a where a.attrelid = b.oid and a.attnum > 0 and not a.attisdropped)
       ), '|' order by b.oid)
       || (select coalesce(s.stats_reset::text, '') from pg_stat_database as s where s.datname = current_database())
       || pg_postmaster_start_time()::text)
       end as version
from behind as b
join pg_class as c on c.oid = b.oid
group by b.place`;
