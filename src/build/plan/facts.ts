import type { Queryable } from '../../postgres/queryable.js';
import type { Generation, MappedNode } from '../publish/generation.js';

/** What the database says of the relations of a generation. */
export interface Facts {
  /** Nodes whose mapped relation exists; an unlogged one only under the postmaster that filled it. */
  readonly present: ReadonlySet<string>;
  /** Milliseconds since its relation was built. */
  age(mapped: MappedNode): number;
}

export async function readFacts(database: Queryable, state: string, current: Generation): Promise<Facts> {
  const { rows } = await database.query<{ node_id: string; age: number }>(
    `select m.node_id, extract(epoch from clock_timestamp() - r.started_at)::float8 * 1000 as age
     from ${state}.mapping as m
     join ${state}.runs as r on r.run_id = m.built_by
     join pg_namespace as n on n.nspname = m.relation_schema
     join pg_class as c on c.relnamespace = n.oid and c.relname = m.relation_name
     where m.generation = $1 and (c.relpersistence <> 'u' or pg_postmaster_start_time() < r.started_at)`,
    [current.number],
  );
  const ages = new Map(rows.map((row) => [row.node_id, row.age]));
  return {
    present: new Set(ages.keys()),
    age: (mapped) => ages.get(mapped.nodeId) ?? 0,
  };
}
