import type { Queryable } from '../../postgres/queryable.js';
import { placeKey } from './read-columns.js';

/** A stable view as thau's own table has it. */
export interface StableView {
  readonly schema: string;
  readonly name: string;
  readonly nodeId: string;
  readonly shows: { readonly schema: string; readonly name: string; readonly since: number };
  /** What it switches to once that generation is published. */
  readonly next?: { readonly schema: string; readonly name: string; readonly since: number };
  readonly laggingSince?: Date;
}

interface Row {
  schema_name: string;
  name: string;
  node_id: string;
  shows_schema: string;
  shows_name: string;
  shows_since: number;
  next_schema: string | null;
  next_name: string | null;
  next_since: number | null;
  lagging_since: Date | null;
}

/**
 * What each view shows now, by `placeKey`: where its generation was published, what it was made to switch to, although
 * a reader in the way has kept it from being made simple since.
 */
export async function readShown(
  database: Queryable,
  state: string,
  views: ReadonlyMap<string, StableView>,
): Promise<ReadonlyMap<string, StableView['shows']>> {
  const awaited = [...views.values()].flatMap(({ next }) => next?.since ?? []);
  const published = new Set<number>();
  if (awaited.length > 0) {
    const { rows } = await database.query<{ generation: number }>(
      `select generation from ${state}.generations where generation = any ($1::bigint[])`,
      [[...new Set(awaited)]],
    );
    for (const { generation } of rows) published.add(generation);
  }
  return new Map(
    [...views].map(([key, { shows, next }]) => [key, next && published.has(next.since) ? next : shows]),
  );
}

/** The stable views at some places, or every one, by `placeKey`. */
export async function readStableViews(
  database: Queryable,
  state: string,
  places?: readonly { readonly schema: string; readonly name: string }[],
): Promise<ReadonlyMap<string, StableView>> {
  const { rows } = await (places
    ? database.query<Row>(
        `select v.* from ${state}.stable_views as v
         join unnest($1::text[], $2::text[]) as wanted (schema, name) on (v.schema_name, v.name) = (wanted.schema, wanted.name)`,
        [places.map((one) => one.schema), places.map((one) => one.name)],
      )
    : database.query<Row>(`select * from ${state}.stable_views`));
  return new Map(
    rows.map((row) => {
      const view: StableView = {
        schema: row.schema_name,
        name: row.name,
        nodeId: row.node_id,
        shows: { schema: row.shows_schema, name: row.shows_name, since: row.shows_since },
        ...(row.next_schema !== null &&
          row.next_name !== null &&
          row.next_since !== null && {
            next: { schema: row.next_schema, name: row.next_name, since: row.next_since },
          }),
        ...(row.lagging_since !== null && { laggingSince: row.lagging_since }),
      };
      return [placeKey(view), view];
    }),
  );
}

/** Writes what views show, beside the statements that made them so: one statement for any number. */
export async function recordStableViews(
  tx: Queryable,
  state: string,
  views: readonly StableView[],
): Promise<void> {
  if (views.length === 0) return;
  await tx.query(
    `insert into ${state}.stable_views (schema_name, name, node_id, shows_schema, shows_name, shows_since,
                                        next_schema, next_name, next_since, lagging_since)
     select v.* from jsonb_to_recordset($1::jsonb) as v (
         schema_name text, name text, node_id text, shows_schema text, shows_name text, shows_since bigint,
         next_schema text, next_name text, next_since bigint, lagging_since timestamptz)
     on conflict (schema_name, name) do update set
         node_id = excluded.node_id, shows_schema = excluded.shows_schema, shows_name = excluded.shows_name,
         shows_since = excluded.shows_since, next_schema = excluded.next_schema, next_name = excluded.next_name,
         next_since = excluded.next_since, lagging_since = excluded.lagging_since`,
    [JSON.stringify(views.map(stableViewRow))],
  );
}

/** A view as its row has it. */
export function stableViewRow(view: StableView): Readonly<Record<string, unknown>> {
  return {
    schema_name: view.schema,
    name: view.name,
    node_id: view.nodeId,
    shows_schema: view.shows.schema,
    shows_name: view.shows.name,
    shows_since: view.shows.since,
    next_schema: view.next?.schema ?? null,
    next_name: view.next?.name ?? null,
    next_since: view.next?.since ?? null,
    lagging_since: view.laggingSince ?? null,
  };
}

/** The views and functions that others built on a view, as `schema.name`. */
export async function dependentsOf(
  database: Queryable,
  place: { readonly schema: string; readonly name: string },
): Promise<readonly string[]> {
  const { rows } = await database.query<{ dependent: string }>(
    `select distinct pg_describe_object(d.classid, d.objid, d.objsubid) as rule,
            coalesce(on_view.oid::regclass::text, pg_describe_object(d.classid, d.objid, d.objsubid)) as dependent
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     join pg_depend as d on d.deptype = 'n' and (
         (d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid)
         or (d.refclassid = 'pg_type'::regclass and d.refobjid = c.reltype))
     left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
     left join pg_class as on_view on on_view.oid = r.ev_class
     where n.nspname = $1 and c.relname = $2 and (on_view.oid is null or on_view.oid <> c.oid)
     order by 2`,
    [place.schema, place.name],
  );
  return [...new Set(rows.map((row) => row.dependent))];
}
