import type { Queryable } from '../../postgres/queryable.js';
import type { FreshnessResult } from './check-freshness.js';
import type { Limit } from './criteria.js';

/** Keeps what was found of each source for the API's `warehouse { sources }`; what was not checked stays. */
export async function recordFreshness(
  on: Queryable,
  state: string,
  results: readonly FreshnessResult[],
): Promise<void> {
  if (results.length === 0) return;
  const rows = results.map(
    ({ source, status, maxLoadedAt, snapshottedAt, age, criteria, startedAt, error }) => ({
      source_id: source.unique_id,
      status,
      newest_at: maxLoadedAt,
      checked_at: snapshottedAt ?? startedAt,
      age,
      warn_after: intervalOf(criteria?.warn_after),
      error_after: intervalOf(criteria?.error_after),
      message: error === undefined ? null : error instanceof Error ? error.message : JSON.stringify(error),
    }),
  );
  await on.query(
    `insert into ${state}.source_freshness
     select * from jsonb_to_recordset($1) as r (source_id text, status text, newest_at timestamptz,
       checked_at timestamptz, age double precision, warn_after interval, error_after interval, message text)
     on conflict (source_id) do update set (status, newest_at, checked_at, age, warn_after, error_after, message)
       = (excluded.status, excluded.newest_at, excluded.checked_at, excluded.age, excluded.warn_after,
          excluded.error_after, excluded.message)`,
    [JSON.stringify(rows)],
  );
}

const intervalOf = (limit: Limit | null | undefined): string | null =>
  limit ? `${limit.count} ${limit.period}` : null;
