import type { Queryable } from '../postgres/queryable.js';
import type { RelationKind } from './relation.js';

/** `table`, `view` …; undefined where there is nothing of that name, or something that is none of them. */
export async function relationKind(
  database: Queryable,
  place: { readonly schema: string; readonly name: string },
): Promise<RelationKind | undefined> {
  const { rows } = await database.query<{ kind: RelationKind }>(
    `select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm')`,
    [place.schema, place.name],
  );
  return rows[0]?.kind;
}
