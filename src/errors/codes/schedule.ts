import type { CodeDoc } from '../code.js';

export const scheduleCodes = {
  SCHEDULE_CRON: {
    cause: 'The `cron` of a schedule in thau.yml cannot be read, or names a date that never comes.',
    cure: 'Write five fields: minute, hour, day of month, month, day of week.',
  },
  SCHEDULE_CLOCK: {
    cause:
      "The clock of the machine that leads the schedules differs from the database's by more than half a minute.",
    cure: 'Set the clocks by NTP; schedules go on by themselves once they agree. What was missed meanwhile is caught up.',
  },
  SCHEDULE_CANCELLED: {
    cause: 'Somebody asked for the run to be cancelled.',
    cure: 'Nothing was published. Start it again when wanted.',
  },
  SCHEDULE_STOPPED: {
    cause: 'thau was stopped while a scheduled run was under way.',
    cure: 'Nothing was published; the run starts again at its next time, or now by `thau schedule run`.',
  },
} as const satisfies Record<string, CodeDoc>;
