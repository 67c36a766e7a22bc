import { qualifiedName } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Place } from './places.js';
import { termSql, type Term } from './term.js';

/** The keys of the rows `r` of a place that a condition holds for, without those that are null in part. */
export async function distinctKeys(
  database: Queryable,
  place: Place,
  key: readonly Term[],
  where: string,
  values: readonly unknown[],
): Promise<readonly (readonly string[])[]> {
  const list = key.map((term) => termSql(term, false));
  const { rows } = await database.queryText(
    `select distinct ${list.join(', ')} from ${qualifiedName(place.schema, place.name)} as r
     where (${where}) and ${list.map((one) => `${one} is not null`).join(' and ')}`,
    values,
  );
  return rows as readonly (readonly string[])[];
}
