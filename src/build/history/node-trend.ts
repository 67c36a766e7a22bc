import { didYouMean } from '../../errors/suggest.js';
import { ThauError } from '../../errors/thau-error.js';
import type { Queryable } from '../../postgres/queryable.js';

/** One time a node was built or tested. */
export interface NodeRun {
  readonly runId: number;
  readonly startedAt: Date | null;
  readonly status: string;
  readonly seconds: number | null;
  readonly rows: number | null;
  readonly failures: number | null;
  /** Its time over the median of the times shown; null where it was not timed. */
  readonly overMedian: number | null;
}

export interface NodeTrend {
  readonly nodeId: string;
  readonly name: string;
  /** Median of the times shown, in seconds; null where none was timed. */
  readonly median: number | null;
  /** The newest first. */
  readonly runs: readonly NodeRun[];
}

/** How a node fared in the last runs that did something with it. `node` is its name or unique_id. */
export async function readNodeTrend(
  database: Queryable,
  state: string,
  node: string,
  limit: number,
): Promise<NodeTrend> {
  const { rows } = await database.query<Omit<NodeRun, 'overMedian'> & { nodeId: string; name: string }>(
    `select n.node_id as "nodeId", n.name, n.run_id as "runId", n.started_at as "startedAt", n.status, n.seconds,
            n.rows_affected as rows, n.failures
     from ${state}.run_nodes as n
     where (n.node_id = $1 or n.name = $1) and n.status <> 'carried'
     order by n.run_id desc limit $2`,
    [node, limit],
  );
  const [first] = rows;
  if (!first) throw await unknownNode(database, state, node);
  const median = medianOf(rows.flatMap(({ seconds }) => seconds ?? []));
  return {
    nodeId: first.nodeId,
    name: first.name,
    median,
    runs: rows
      .filter(({ nodeId }) => nodeId === first.nodeId)
      .map(({ runId, startedAt, status, seconds, rows: written, failures }) => ({
        runId,
        startedAt,
        status,
        seconds,
        rows: written,
        failures,
        overMedian: seconds === null || !median ? null : seconds / median,
      })),
  };
}

async function unknownNode(database: Queryable, state: string, node: string): Promise<ThauError> {
  const { rows } = await database.query<{ name: string }>(`select distinct name from ${state}.run_nodes`);
  const names = rows.map(({ name }) => name);
  return new ThauError('BUILD_NO_SUCH_RUN', `No run built or tested "${node}".`, {
    hint: didYouMean(node, names) ?? 'See thau list for the nodes of the project.',
  });
}

function medianOf(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
