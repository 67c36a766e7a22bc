import type { Session } from '../../postgres/session.js';
import { deleteUnpublished } from '../publish/publish.js';
import { settleViews } from '../views/settle-views.js';
import { applicationName } from './run-sessions.js';

/**
 * What dead runs left is put right before a new one begins, under the run lock: their backends are terminated,
 * their rows closed, and stable views that were to switch to them switched back. Answers the runs' numbers.
 */
export async function recover(
  session: Session,
  stateSchema: string,
  state: string,
  byRun: number,
): Promise<readonly number[]> {
  const prefix = applicationName(stateSchema, 0).slice(0, -1);
  await session.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and starts_with(application_name, $1) and substr(application_name, length($1) + 1) ~ '^[0-9]+$'
       and application_name <> $2`,
    [prefix, applicationName(stateSchema, byRun)],
  );
  // a run that published and died before it could say so keeps its state
  const { rows } = await session.query<{ run_id: number }>(
    `update ${state}.runs set
         state = 'superseded', finished_at = clock_timestamp(),
         error = jsonb_build_object('code', 'BUILD_SUPERSEDED',
             'message', format('The process of run %s ended before the run did; run %s cleaned up.', run_id, $1::bigint),
             'by', $1::bigint)
     where state = 'running' and run_id <> $1
     returning run_id`,
    [byRun],
  );
  await session.query(
    `update ${state}.runs set finished_at = clock_timestamp() where state = 'published' and finished_at is null
     and run_id <> $1`,
    [byRun],
  );
  await session.query(
    `update ${state}.run_nodes set status = 'cancelled', finished_at = coalesce(finished_at, clock_timestamp())
     where status = 'running' and run_id <> $1`,
    [byRun],
  );
  await deleteUnpublished(session, state);
  await settleViews(session, state);
  return rows.map((row) => row.run_id);
}
