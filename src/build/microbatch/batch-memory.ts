import type { Queryable } from '../../postgres/queryable.js';
import type { Relation } from '../relation.js';
import type { BatchReport } from './batch-report.js';

/** What runs before this one did of microbatch models. */
export interface BatchMemory {
  /** Up to where a published relation is whole, by node. */
  readonly coveredUntil: ReadonlyMap<string, Date>;
  /** Of the failed run that is retried: candidates that some batches are still missing from. */
  readonly unfinished: ReadonlyMap<string, Unfinished>;
}

export interface Unfinished {
  readonly relation: Relation;
  readonly batches: BatchReport;
  /** When the failed run began: its batches count from there. */
  readonly now: Date;
}

export const noMemory: BatchMemory = { coveredUntil: new Map(), unfinished: new Map() };

/** By the run that made the relation which a generation shows. */
export async function readCoverage(
  database: Queryable,
  state: string,
  generation: number,
): Promise<BatchMemory['coveredUntil']> {
  const { rows } = await database.query<{ node_id: string; until: string }>(
    `select m.node_id, n.batches ->> 'coveredUntil' as until
     from ${state}.mapping as m join ${state}.run_nodes as n on n.run_id = m.built_by and n.node_id = m.node_id
     where m.generation = $1 and n.batches ->> 'coveredUntil' is not null`,
    [generation],
  );
  return new Map(rows.map((row) => [row.node_id, new Date(row.until)]));
}
