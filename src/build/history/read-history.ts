import { ThauError } from '../../errors/thau-error.js';
import type { BatchReport } from '../microbatch/batch-report.js';
import type { Queryable } from '../../postgres/queryable.js';

export interface RunRow {
  readonly runId: number;
  readonly trigger: string;
  readonly command: string;
  readonly state: string;
  readonly target: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly seconds: number | null;
  readonly generation: number | null;
  /** Shown now. */
  readonly current: boolean;
  /** Its relations are kept: it can be rolled back to. */
  readonly kept: boolean;
  readonly args: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>> | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
}

/** Which runs; what is not given limits nothing. */
export interface HistoryFilter {
  readonly limit: number;
  /** `published`, `failed`, … */
  readonly state?: string;
  /** `build`, `rollback`, … */
  readonly command?: string;
  /** The beginning of it: `manual`, `schedule`, `schedule:nightly`. */
  readonly trigger?: string;
  /** Begun at this moment or later. */
  readonly since?: Date;
}

/** Runs, the newest first. */
export async function readHistory(
  database: Queryable,
  state: string,
  filter: HistoryFilter,
): Promise<readonly RunRow[]> {
  const { rows } = await database.query<RunRow>(
    `${select(state)}
     where ($2::text is null or r.state = $2) and ($3::text is null or r.command = $3)
       and ($4::text is null or starts_with(r.trigger, $4)) and ($5::timestamptz is null or r.started_at >= $5)
     order by r.run_id desc limit $1`,
    [
      filter.limit,
      filter.state ?? null,
      filter.command ?? null,
      filter.trigger ?? null,
      filter.since?.toISOString() ?? null,
    ],
  );
  return rows;
}

/** One run, or BUILD_NO_SUCH_RUN. */
export async function readRun(database: Queryable, state: string, runId: number): Promise<RunRow> {
  const { rows } = await database.query<RunRow>(`${select(state)} where r.run_id = $1`, [runId]);
  if (rows[0]) return rows[0];
  throw new ThauError('BUILD_NO_SUCH_RUN', `There is no run ${runId}.`, { hint: 'See thau history.' });
}

function select(state: string): string {
  return `
    select r.run_id as "runId", r.trigger, r.command, r.state, r.target, r.host, r.pid,
           r.started_at as "startedAt", r.finished_at as "finishedAt",
           extract(epoch from coalesce(r.finished_at, clock_timestamp()) - r.started_at)::float8 as seconds,
           r.generation, p.generation is not null as current,
           g.generation is not null and g.retired_at is null as kept, r.args, r.summary, r.error
    from ${state}.runs as r
    left join ${state}.generations as g on g.generation = r.generation
    left join ${state}.pointer as p on p.generation = r.generation`;
}

export interface RunNodeRow {
  readonly nodeId: string;
  readonly resourceType: string;
  readonly name: string;
  readonly status: string;
  readonly relation: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly seconds: number | null;
  readonly rows: number | null;
  readonly failures: number | null;
  readonly message: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Of a microbatch model. */
  readonly batches: BatchReport | null;
}

/** The nodes of a run in the order they began. */
export async function readRunNodes(
  database: Queryable,
  state: string,
  runId: number,
): Promise<readonly RunNodeRow[]> {
  const { rows } = await database.query<RunNodeRow>(
    `select node_id as "nodeId", resource_type as "resourceType", name, status, relation,
            started_at as "startedAt", finished_at as "finishedAt", seconds, rows_affected as rows, failures,
            message, error, batches
     from ${state}.run_nodes where run_id = $1 order by started_at nulls last, node_id`,
    [runId],
  );
  return rows;
}
