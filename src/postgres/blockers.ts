import type { Queryable } from './queryable.js';

/** A session that keeps one of ours waiting for a lock. */
export interface Blocker {
  /** The backend that waits. */
  readonly waiting: number;
  /** The backend that holds the lock, or stands before us in the line for it; 0 is a prepared transaction. */
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  /** `pg_stat_activity.state`; null where we may not see it. */
  readonly state: string | null;
  readonly query: string | null;
  /** Since its transaction began. */
  readonly seconds: number | null;
}

/** Who keeps the backends of that `application_name` waiting: https://www.postgresql.org/docs/current/functions-info.html */
export async function readBlockers(
  database: Queryable,
  applicationName: string,
): Promise<readonly Blocker[]> {
  const { rows } = await database.query<Blocker>(
    /* sql */ `
      select w.pid as waiting, b.pid, h.usename as user, h.application_name as application, h.state,
          left(h.query, 200) as query, extract(epoch from clock_timestamp() - h.xact_start)::float8 as seconds
      from pg_stat_activity as w
      cross join unnest(pg_blocking_pids(w.pid)) as b (pid)
      left join pg_stat_activity as h on h.pid = b.pid
      where w.datname = current_database() and w.application_name = $1 and w.wait_event_type = 'Lock'`,
    [applicationName],
  );
  return rows;
}

/** `process 4711 (ann, psql, idle in transaction for 12 s): lock table raw.orders`. */
export function describeBlocker({ pid, user, application, state, seconds, query }: Blocker): string {
  if (pid === 0) return 'a prepared transaction (see pg_prepared_xacts)';
  const since = seconds === null ? '' : ` for ${Math.round(seconds)} s`;
  const facts = [user, application, state === null ? null : `${state}${since}`].filter(Boolean).join(', ');
  const text = (query ?? '').replace(/\s+/g, ' ').trim();
  return `process ${pid}${facts === '' ? '' : ` (${facts})`}${text === '' ? '' : `: ${text}`}`;
}
