import type { Queryable } from '../../postgres/queryable.js';
import type { Relation, RelationKind } from '../relation.js';

/** One row of a generation: which relation shows a node. */
export interface MappedNode {
  readonly nodeId: string;
  /** The stable view's place. */
  readonly schema: string;
  readonly name: string;
  readonly relation: Relation;
  readonly builtBy: number;
  readonly fingerprint: string | null;
  readonly dataVersion: string | null;
  readonly staleSince: Date | null;
  /** Why the relation holds less than all: `empty`, or the window of `--sample`. Null or absent when it is whole. */
  readonly sampled?: string | null;
}

/** Whether what shows a node stands under the node's own name: then it is not thau's, and changes without its doing. */
export function isEjected({
  schema,
  name,
  relation,
}: Pick<MappedNode, 'schema' | 'name' | 'relation'>): boolean {
  return relation.schema === schema && relation.name === name;
}

/** The published generation; number 0 and no nodes before the first publish. */
export interface Generation {
  readonly number: number;
  readonly nodes: ReadonlyMap<string, MappedNode>;
}

interface Row {
  generation: number;
  node_id: string | null;
  schema_name: string;
  name: string;
  relation_schema: string;
  relation_name: string;
  relation_kind: RelationKind;
  built_by: number;
  fingerprint: string | null;
  data_version: string | null;
  stale_since: Date | null;
  sampled: string | null;
  store_schema: string | null;
  store_table: string | null;
  store_superseded: string | null;
  store_version: number | null;
}

/** What the pointer shows now, or one kept generation by its number. */
export async function readGeneration(
  database: Queryable,
  state: string,
  number?: number,
): Promise<Generation> {
  const { rows } = await database.query<Row>(
    `select g.generation, m.node_id, m.schema_name, m.name, m.relation_schema, m.relation_name, m.relation_kind,
            m.built_by, m.fingerprint, m.data_version, m.stale_since, m.sampled,
            v.table_schema as store_schema, v.table_name as store_table, t.superseded_name as store_superseded,
            v.version as store_version
     from ${state}.generations as g
     left join ${state}.mapping as m on m.generation = g.generation
     left join ${state}.versioned_views as v using (relation_schema, relation_name)
     left join ${state}.versioned_tables as t using (table_schema, table_name)
     where g.generation = coalesce($1::bigint, (select generation from ${state}.pointer))`,
    [number ?? null],
  );
  const nodes = new Map<string, MappedNode>();
  for (const row of rows) {
    if (row.node_id === null) continue;
    nodes.set(row.node_id, {
      nodeId: row.node_id,
      schema: row.schema_name,
      name: row.name,
      relation: relationOf(row),
      builtBy: row.built_by,
      fingerprint: row.fingerprint,
      dataVersion: row.data_version,
      staleSince: row.stale_since,
      sampled: row.sampled,
    });
  }
  return { number: rows[0]?.generation ?? 0, nodes };
}

function relationOf(row: Row): Relation {
  const {
    store_schema: schema,
    store_table: table,
    store_superseded: superseded,
    store_version: version,
  } = row;
  const relation = { schema: row.relation_schema, name: row.relation_name, kind: row.relation_kind };
  return schema === null || table === null || superseded === null || version === null
    ? relation
    : { ...relation, store: { schema, table, superseded, version } };
}
