import { ThauError } from '../../errors/thau-error.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { RunState } from '../report/run-event.js';

interface End {
  readonly state: RunState;
  readonly generation: number | null;
  readonly error?: unknown;
}

interface Row {
  readonly state: string;
  readonly by: number | null;
}

/**
 * How a run that met an error truly ended, by its row: a connection that breaks while the publish commits leaves
 * open whether it did, and a process that was stopped and woke up is told by the run that took over. A database
 * that cannot be asked leaves what the process itself knows.
 */
export async function endAsRecorded(
  database: Queryable,
  state: string,
  runId: number,
  known: End,
): Promise<End> {
  const row = await readRow(database, state, runId);
  if (row?.state === 'published') {
    return { state: 'published', generation: runId, error: afterPublish(runId, known.error) };
  }
  if (row?.state === 'superseded') {
    return { state: 'superseded', generation: null, error: superseded(runId, row.by) };
  }
  return known;
}

/** Tried for some seconds: connections that broke are made again, and a server that restarts comes back. */
async function readRow(database: Queryable, state: string, runId: number): Promise<Row | undefined> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      const { rows } = await database.query<Row>(
        `select state, (error ->> 'by')::bigint as by from ${state}.runs where run_id = $1`,
        [runId],
      );
      return rows[0];
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** Math.min(attempt, 4)));
    }
  }
  return undefined;
}

function afterPublish(generation: number, error: unknown): ThauError {
  const message = error instanceof Error ? error.message : String(error);
  const notes = error instanceof ThauError ? error.notes : [];
  return new ThauError(
    'BUILD_AFTER_PUBLISH',
    `Generation ${generation} is published, but not everything after that was done: ${message}`,
    { hint: 'The next run tidies up. thau status shows what is published.', notes, cause: error },
  );
}

function superseded(runId: number, by: number | null): ThauError {
  const who = by === null ? 'Another run' : `Run ${by}`;
  return new ThauError(
    'BUILD_SUPERSEDED',
    `${who} took over while the process of run ${runId} did not answer. Nothing of run ${runId} was published.`,
    { hint: `See thau history ${by ?? ''}`.trimEnd() + ', and run again if its data was needed.' },
  );
}
