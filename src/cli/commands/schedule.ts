import type { ScheduleRow } from '../../schedule/schedule-rows.js';
import type { AddCommand } from '../command.js';

/** `thau schedule list`: what is due when. */
export const addSchedule: AddCommand = (program, run) => {
  const schedule = program.command('schedule').description('the schedules of thau.yml');
  schedule
    .command('list')
    .description('show each schedule with its next and its last run')
    .action(
      run(async ({ output, ...context }) => {
        const { readSchedules, syncSchedules } = await import('../../schedule/schedule-rows.js');
        const settings = context.settings();
        const { database } = await context.warehouse();
        const { stateSchema } = settings.database;
        await syncSchedules(database, stateSchema, settings.schedules);
        const rows = await readSchedules(database, stateSchema);
        output.result(rows, rows.length === 0 ? 'thau.yml has no schedules.' : table(rows));
        return 0;
      }),
    );
};

function table(rows: readonly ScheduleRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    [...(row.cron === null ? [] : [row.cron]), ...(row.onSourceChange ? ['on source change'] : [])].join(
      ', ',
    ),
    row.timezone,
    row.enabled ? (row.cron === null ? 'waits' : `next ${at(row.nextRunAt, row.timezone)}`) : 'off',
    row.lastDueAt ? `last ${at(row.lastDueAt, row.timezone)}` : row.lastRunId === null ? 'never ran' : '',
    row.lastRunId === null ? '' : `run ${row.lastRunId}`,
  ]);
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** In the schedule's own zone, as it was written there. */
function at(moment: Date | null, timeZone: string): string {
  if (!moment) return '–';
  return moment.toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
}
