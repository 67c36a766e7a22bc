import type { Queryable } from '../../postgres/queryable.js';
import type { Column } from './view-text.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** The columns of many relations in one query, by `placeKey`; a relation that does not exist has no entry. */
export async function readColumns(
  database: Queryable,
  places: readonly Place[],
): Promise<ReadonlyMap<string, readonly Column[]>> {
  const found = new Map<string, Column[]>();
  if (places.length === 0) return found;
  const { rows } = await database.query<{
    schema: string;
    name: string;
    column: string | null;
    type: string;
  }>(
    `select n.nspname as schema, c.relname as name, a.attname as column,
            format_type(a.atttypid, a.atttypmod) as type
     from unnest($1::text[], $2::text[]) as wanted (schema, name)
     join pg_namespace as n on n.nspname = wanted.schema
     join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.name
     left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     order by 1, 2, a.attnum`,
    [places.map((place) => place.schema), places.map((place) => place.name)],
  );
  for (const row of rows) {
    const key = placeKey(row);
    const columns = found.get(key) ?? [];
    if (row.column !== null) columns.push({ name: row.column, type: row.type });
    found.set(key, columns);
  }
  return found;
}

/** A map key for a relation's place. */
export function placeKey(place: Place): string {
  return `${place.schema}\0${place.name}`;
}
