import type { Database } from '../postgres/database.js';

/** What a table was when it was looked through last, and up to where. */
interface Look {
  /** The table's file and its database: a table that is made anew, or restored, is looked through whole. */
  readonly file: string;
  /** Transactions before this one had ended: what they wrote has been seen. */
  readonly until: string;
}

export interface TableLook {
  /** The look that goes on now; undefined where rows do not tell by which transaction they were written. */
  readonly now: Look | undefined;
  /** The first transaction that was not seen to its end then; undefined: all rows are to be looked at. */
  readonly since: string | undefined;
}

/**
 * By `schema.table`: which rows came since the last look. Every row of a heap tells the transaction that wrote it, and
 * whatever delivers rows again, inserts, updates or copies, writes new ones.
 */
export async function looksOf(
  database: Database,
  state: string,
  tables: readonly { readonly schema: string; readonly name: string }[],
): Promise<ReadonlyMap<string, TableLook>> {
  // the snapshot comes before any row is read, so that what it cannot see is left for the next look
  const { rows } = await database.query<{ title: string; now: Look; since: string | null; heap: boolean }>(
    `with snapshot as (select pg_snapshot_xmin(pg_current_snapshot()) as xmin)
     select t.schema || '.' || t.name as title,
            c.relkind = 'r' and m.amname = 'heap' as heap,
            jsonb_build_object('until', s.xmin::text, 'file', concat_ws('/', d.oid, c.oid, c.relfilenode)) as now,
            -- an age has 31 bits: what is older than half of that is not told from what is to come
            case when l.look ->> 'file' = concat_ws('/', d.oid, c.oid, c.relfilenode)
                      and (l.look ->> 'until')::numeric between s.xmin::text::numeric - 1000000000 and s.xmin::text::numeric
                 then (l.look ->> 'until')::xid8::xid::text end as since
     from unnest($1::text[], $2::text[]) as t (schema, name)
     cross join snapshot as s
     join pg_database as d on d.datname = current_database()
     join pg_class as c on c.oid = to_regclass(format('%I.%I', t.schema, t.name))
     left join pg_am as m on m.oid = c.relam
     left join ${state}.settings as g on g.key = 'privacy_looks'
     cross join lateral (select g.value -> (t.schema || '.' || t.name) as look) as l`,
    [tables.map(({ schema }) => schema), tables.map(({ name }) => name)],
  );
  return new Map(
    rows.map(({ title, now, since, heap }) => [
      title,
      { now: heap ? now : undefined, since: heap ? (since ?? undefined) : undefined },
    ]),
  );
}

/** After all of them were looked through. */
export async function rememberLook(
  database: Database,
  state: string,
  looks: ReadonlyMap<string, TableLook>,
): Promise<void> {
  const done = Object.fromEntries([...looks].flatMap(([title, { now }]) => (now ? [[title, now]] : [])));
  await database.query(
    `insert into ${state}.settings as s (key, value) values ('privacy_looks', $1)
     on conflict (key) do update set value = s.value || excluded.value`,
    [JSON.stringify(done)],
  );
}
