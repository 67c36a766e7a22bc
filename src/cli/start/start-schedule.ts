import type { PerformRun } from '../../schedule/run-order.js';
import type { ScheduleEvent } from '../../schedule/schedule-event.js';
import type { CommandContext } from '../command.js';
import type { Output } from '../output.js';
import { sourceReader } from './source-reader.js';
import type { Warehouse } from '../warehouse.js';

/** Runs what is due and what is asked for, while this process leads. */
export async function startSchedule(
  context: CommandContext,
  warehouse: Warehouse,
  perform: PerformRun,
): Promise<void> {
  const { Scheduler } = await import('../../schedule/scheduler.js');
  const { database, settings } = warehouse;
  const scheduler = await Scheduler.start({
    staleAfter: settings.runs.lockStaleAfter,
    database,
    stateSchema: settings.database.stateSchema,
    schedules: settings.schedules,
    perform,
    readSources: sourceReader(context, warehouse),
    onEvent: (event) => tell(event, context.output),
  });
  context.onClose(() => scheduler.close());
}

function tell(event: ScheduleEvent, output: Output): void {
  switch (event.kind) {
    case 'following':
      output.log('Another thau leads the schedule; this one stands by.', { event: 'following' });
      break;
    case 'skipped':
      output.log(`${event.trigger} is due while its last run goes on: skipped.`, event, 'warn');
      break;
    case 'failed':
    case 'trouble':
      output.error(event.error);
      break;
    default:
  }
}
