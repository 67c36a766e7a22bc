import { hostname } from 'node:os';
import { errorToJson } from '../../errors/format.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { RunSummary } from '../report/run-event.js';

export interface NewRun {
  readonly trigger: string;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly target: string;
}

/** Writes the run's row and answers its number, which is also that of the generation it may publish. */
export async function beginRun(
  database: Queryable,
  state: string,
  run: NewRun,
  token: number,
): Promise<number> {
  const { rows } = await database.query<{ run_id: number }>(
    `with begun as (
         insert into ${state}.runs (trigger, command, args, target, host, pid, token)
         values ($1, $2, $3::jsonb, $4, $5, $6, $7) returning run_id)
     select run_id, pg_notify('thau_run', run_id::text) from begun`,
    [run.trigger, run.command, JSON.stringify(run.args), run.target, hostname(), process.pid, token],
  );
  return rows[0]?.run_id ?? 0;
}

/** Closes the run's row, unless another run declared it dead meanwhile. */
export async function finishRun(database: Queryable, state: string, summary: RunSummary): Promise<void> {
  const counts: Record<string, number> = {};
  for (const { status } of summary.results) counts[status] = (counts[status] ?? 0) + 1;
  await database.query(
    `update ${state}.runs
     set state = $2, finished_at = clock_timestamp(), error = $3::jsonb, summary = $4::jsonb
     where run_id = $1 and state in ('running', 'published')`,
    [
      summary.runId,
      summary.state,
      summary.error === undefined ? null : JSON.stringify(errorToJson(summary.error)),
      JSON.stringify({
        ...counts,
        seconds: summary.seconds,
        stale: summary.stale,
        lagging_views: summary.laggingViews,
      }),
    ],
  );
  await database.query(`select pg_notify('thau_run', $1)`, [String(summary.runId)]);
}

/** What each node took when it was last built, for the order of the next run. */
export async function readLastSeconds(
  database: Queryable,
  state: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ node_id: string; seconds: number }>(
    `select distinct on (node_id) node_id, seconds from ${state}.run_nodes
     where status in ('success', 'pass', 'warn', 'fail') and seconds is not null
       and run_id > (select max(run_id) - 20 from ${state}.runs)
     order by node_id, run_id desc`,
  );
  return new Map(rows.map((row) => [row.node_id, row.seconds]));
}
