import type { Queryable } from '../../postgres/queryable.js';

/** Asks the run going on to stop, or one run by its number; the run itself answers the request. */
export async function requestCancel(
  database: Queryable,
  state: string,
  requestedBy: string,
  runId?: number,
): Promise<number> {
  const { rows } = await database.query<{ request_id: number }>(
    `with asked as (
         insert into ${state}.requests (kind, args, requested_by)
         values ('cancel', jsonb_strip_nulls(jsonb_build_object('runId', $1::bigint)), $2)
         returning request_id)
     select asked.request_id, pg_notify('thau_request', asked.request_id::text) from asked`,
    [runId ?? null, requestedBy],
  );
  return rows[0]?.request_id ?? 0;
}

/** Takes what asks this run to stop; answers who asked, if anybody did. */
export async function answerCancellations(
  database: Queryable,
  state: string,
  runId: number,
): Promise<string | undefined> {
  const { rows } = await database.query<{ requested_by: string }>(
    `update ${state}.requests set state = 'done', run_id = $1, answer = jsonb_build_object('cancelled', $1::bigint)
     where state = 'waiting' and kind = 'cancel' and coalesce(args ->> 'runId', $2) = $2
     returning requested_by`,
    [runId, String(runId)],
  );
  return rows[0]?.requested_by;
}

/** What asked an earlier run to stop, or whichever ran then, comes too late: the run beginning now is another. */
export async function refuseLateCancellations(
  database: Queryable,
  state: string,
  runId: number,
): Promise<void> {
  await database.query(
    `update ${state}.requests as q set state = 'refused',
         answer = jsonb_build_object('message', 'No such run was going on.')
     from ${state}.runs as r
     where r.run_id = $1 and q.kind = 'cancel' and q.state = 'waiting'
       and coalesce(q.args ->> 'runId', '') <> r.run_id::text and q.requested_at < r.started_at`,
    [runId],
  );
}
