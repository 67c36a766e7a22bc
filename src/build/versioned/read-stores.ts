import type { Queryable } from '../../postgres/queryable.js';
import type { Relation, RowStore } from '../relation.js';
import { placeKey } from '../views/read-columns.js';

/** Adds to relations, by their places, where the rows of the versioned ones among them are. */
export async function withStores(
  database: Queryable,
  state: string,
): Promise<(relation: Relation) => Relation> {
  const { rows } = await database.query<RowStore & { view_schema: string; view_name: string }>(
    `select v.relation_schema as view_schema, v.relation_name as view_name, t.table_schema as schema,
            t.table_name as "table", t.superseded_name as superseded, v.version
     from ${state}.versioned_views as v join ${state}.versioned_tables as t using (table_schema, table_name)`,
  );
  const stores = new Map(
    rows.map(({ view_schema: schema, view_name: name, ...store }) => [placeKey({ schema, name }), store]),
  );
  return (relation) => {
    const store = stores.get(placeKey(relation));
    return store ? { ...relation, store } : relation;
  };
}
