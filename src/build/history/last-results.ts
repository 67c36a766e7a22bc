import { dbtStatuses } from '../artifacts/run-results.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { NodeStatus } from '../report/node-result.js';

/** How each node of the last finished run ended, in dbt's words; empty before the first run. */
export async function readLastResults(
  database: Queryable,
  state: string,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await database.query<{ id: string; status: NodeStatus }>(
    `select node_id as id, status from ${state}.run_nodes
     where status <> 'running' and run_id = (select max(run_id) from ${state}.runs where finished_at is not null)`,
  );
  return Object.fromEntries(rows.map(({ id, status }) => [id, dbtStatuses[status]]));
}
