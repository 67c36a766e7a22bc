import type { Queryable } from '../../postgres/queryable.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';

/** Where an earlier generation kept each model, as what stands after FROM; a model it did not have is empty. */
export async function earlierRelations(
  database: Queryable,
  state: string,
  generation: string,
  now: LoadedGeneration,
): Promise<(model: string) => string | undefined> {
  const { rows } = await database.query<{ node_id: string; relation_schema: string; relation_name: string }>(
    `select node_id, relation_schema, relation_name from ${state}.mapping where generation = $1`,
    [generation],
  );
  const byNode = new Map(rows.map((row) => [row.node_id, row]));
  return (model) => {
    const row = byNode.get(now.nodeOf(model) ?? '');
    if (row === undefined) return undefined;
    return `${quoteIdentifier(row.relation_schema)}.${quoteIdentifier(row.relation_name)}`;
  };
}
