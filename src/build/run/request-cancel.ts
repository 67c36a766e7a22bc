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
