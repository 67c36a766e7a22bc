import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';
import { readRun, type RunRow } from '../history/read-history.js';
import { criticalPath, type PathStep, type TimedNode } from './critical-path.js';
import { worstPlans, type PlanSummary } from './worst-plans.js';

export interface RunExplanation {
  readonly run: RunRow;
  readonly nodes: readonly TimedNode[];
  /** Nodes that did not run, with why. */
  readonly skipped: readonly { readonly name: string; readonly status: string; readonly why: string }[];
  readonly path: readonly PathStep[];
  /** Milliseconds from the run's begin to its end. */
  readonly wall: number;
  /** Milliseconds that nodes ran, added up; divided by `wall` it is how many ran at a time. */
  readonly work: number;
  /** Of the critical path, milliseconds in which a node other than the first waited for a thread or for thau. */
  readonly waiting: number;
  /** Milliseconds before the first node began: locks, plan, check. */
  readonly before: number;
  /** Milliseconds after the last node ended: catalog, publish, tidying up. */
  readonly after: number;
  readonly plans: readonly PlanSummary[];
}

interface Row {
  readonly node_id: string;
  readonly name: string;
  readonly resource_type: string;
  readonly status: string;
  readonly message: string | null;
  readonly started: number | null;
  readonly ended: number | null;
  readonly waited_for: readonly string[];
  readonly compiled_code: string | null;
}

/** Why a run took as long as it did. The last run unless `runId` is given; `state` is quoted. */
export async function explainRun(
  database: Database,
  state: string,
  options: { readonly runId?: number; readonly plans: number; readonly analyze?: boolean },
): Promise<RunExplanation> {
  const run = await readRun(database, state, options.runId ?? (await lastRun(database, state)));
  const { rows } = await database.query<Row>(
    `select n.node_id, n.name, n.resource_type, n.status, n.message, n.waited_for, n.compiled_code,
         extract(epoch from n.started_at - r.started_at)::float8 * 1000 as started,
         extract(epoch from n.finished_at - r.started_at)::float8 * 1000 as ended
     from ${state}.run_nodes as n
     join ${state}.runs as r using (run_id)
     where n.run_id = $1
     order by n.started_at nulls last, n.node_id`,
    [run.runId],
  );
  const nodes = rows.flatMap(toTimed);
  const path = criticalPath(nodes);
  const slowest = rows
    .flatMap(({ node_id: nodeId, name, compiled_code: sql, started, ended }) =>
      sql !== null && sql.trim() !== '' && started !== null && ended !== null
        ? [{ nodeId, name, sql, seconds: (ended - started) / 1000 }]
        : [],
    )
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, options.plans);
  return {
    run,
    nodes,
    skipped: rows
      .filter(({ started }) => started === null)
      .map(({ name, status, message }) => ({ name, status, why: message ?? '' })),
    path,
    wall: (run.seconds ?? 0) * 1000,
    work: nodes.reduce((sum, node) => sum + node.end - node.start, 0),
    waiting: path.slice(1).reduce((sum, step) => sum + step.waited, 0),
    before: nodes.length === 0 ? 0 : nodes.reduce((first, node) => Math.min(first, node.start), Infinity),
    after: nodes.length === 0 ? 0 : Math.max(0, (run.seconds ?? 0) * 1000 - lastEnd(nodes)),
    plans: await worstPlans(database, slowest, options.analyze ?? false),
  };
}

function lastEnd(nodes: readonly TimedNode[]): number {
  return nodes.reduce((last, node) => Math.max(last, node.end), 0);
}

function toTimed(row: Row): TimedNode[] {
  if (row.started === null || row.ended === null) return [];
  return [
    {
      nodeId: row.node_id,
      name: row.name,
      resourceType: row.resource_type,
      status: row.status,
      start: row.started,
      end: row.ended,
      waitedFor: row.waited_for,
    },
  ];
}

async function lastRun(database: Database, state: string): Promise<number> {
  const { rows } = await database.query<{ run_id: number }>(
    `select run_id from ${state}.runs order by run_id desc limit 1`,
  );
  if (rows[0]) return rows[0].run_id;
  throw new ThauError('BUILD_NO_SUCH_RUN', 'Nothing ran yet.', { hint: 'Start a run with `thau build`.' });
}
