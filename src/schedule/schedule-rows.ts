import type { Schedule } from '../config/settings.js';
import { qualifiedName } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import { nextRun } from './next-run.js';

/** A row of `schedules`. */
export interface ScheduleRow {
  readonly name: string;
  /** Null where it waits for its sources alone. */
  readonly cron: string | null;
  readonly onSourceChange: boolean;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly nextRunAt: Date | null;
  readonly lastDueAt: Date | null;
  readonly lastRunId: number | null;
}

/**
 * Makes the rows say what thau.yml says. A schedule whose time or zone is unchanged keeps its `next_run_at`, so that
 * one missed while nothing ran is seen to be due; with `catchUp` off it moves on instead.
 */
export async function syncSchedules(
  database: Queryable,
  stateSchema: string,
  schedules: readonly Schedule[],
  now: Date = new Date(),
): Promise<void> {
  const table = qualifiedName(stateSchema, 'schedules');
  const wanted = schedules.map((schedule) => ({
    name: schedule.name,
    cron: schedule.cron,
    timezone: schedule.timezone,
    selection: { select: schedule.select, exclude: schedule.exclude, full_refresh: schedule.fullRefresh },
    enabled: schedule.enabled,
    catch_up: schedule.catchUp,
    on_source_change: schedule.onSourceChange,
    next_run_at:
      schedule.enabled && schedule.cron !== undefined
        ? nextRun(schedule.cron, schedule.timezone, schedule.at, now)
        : null,
  }));
  await database.query(
    /* sql */ `
      with wanted as (
          select * from jsonb_to_recordset($1::jsonb) as w(
              name text, cron text, timezone text, selection jsonb, enabled boolean, catch_up boolean,
              on_source_change boolean,
              next_run_at timestamptz)
      ),
      gone as (
          delete from ${table} s where not exists (select from wanted w where w.name = s.name)
      )
      insert into ${table} as s (name, cron, timezone, selection, enabled, on_source_change, next_run_at)
      select w.name, w.cron, w.timezone, w.selection, w.enabled, w.on_source_change, w.next_run_at from wanted w
      on conflict (name) do update set
          cron = excluded.cron,
          timezone = excluded.timezone,
          selection = excluded.selection,
          enabled = excluded.enabled,
          on_source_change = excluded.on_source_change,
          next_run_at = case
              when (s.cron, s.timezone, s.enabled) is distinct from
                  (excluded.cron, excluded.timezone, excluded.enabled) then excluded.next_run_at
              when s.next_run_at is null then excluded.next_run_at
              when s.next_run_at < clock_timestamp() and not (
                  select w.catch_up from wanted w where w.name = excluded.name) then excluded.next_run_at
              else s.next_run_at
          end`,
    [JSON.stringify(wanted)],
  );
}

/** Every schedule, or those that are due by the database's clock; the one due first comes first. */
export async function readSchedules(
  database: Queryable,
  stateSchema: string,
  options: { readonly due?: boolean } = {},
): Promise<ScheduleRow[]> {
  const { rows } = await database.query<ScheduleRow>(/* sql */ `
    select name, cron, on_source_change as "onSourceChange", timezone, enabled, next_run_at as "nextRunAt", last_due_at as "lastDueAt",
        last_run_id as "lastRunId"
    from ${qualifiedName(stateSchema, 'schedules')}
    ${options.due === true ? 'where enabled and next_run_at <= clock_timestamp()' : ''}
    order by next_run_at nulls last, name`);
  return rows;
}

/**
 * Takes the schedules that are due by the database's clock and sets each to its next time. However many times were
 * missed, each is taken once. `now` is the database's time.
 */
export async function takeDue(
  database: Queryable,
  stateSchema: string,
  now: Date = new Date(),
): Promise<ScheduleRow[]> {
  const due = await readSchedules(database, stateSchema, { due: true });
  const taken: ScheduleRow[] = [];
  for (const row of due) {
    const { rowCount } = await database.query(
      /* sql */ `
        update ${qualifiedName(stateSchema, 'schedules')}
        set last_due_at = next_run_at, next_run_at = $2
        where name = $1 and next_run_at <= clock_timestamp()`,
      [row.name, row.cron === null ? null : nextRun(row.cron, row.timezone, undefined, now)],
    );
    if (rowCount === 1) taken.push(row);
  }
  return taken;
}

export async function recordScheduledRun(
  database: Queryable,
  stateSchema: string,
  name: string,
  runId: number,
): Promise<void> {
  await database.query(
    `update ${qualifiedName(stateSchema, 'schedules')} set last_run_id = $2 where name = $1`,
    [name, runId],
  );
}
