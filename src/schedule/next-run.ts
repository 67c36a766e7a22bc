import { createTask, validateDetailed } from 'node-cron';
import { ThauError, type Place } from '../errors/thau-error.js';

/**
 * When a cron expression is next due after this moment, in its zone; not before `after`, where this machine's clock
 * is behind the one that tells when it is due. Throws SCHEDULE_CRON for an expression that cannot be read or that no
 * date ever meets.
 *
 * node-cron reads the expression and knows the zones' clock changes. Its timers are not used: they sleep until the
 * computed moment and fall silent when the machine's clock is set back (docs/decisions/0801-schedule-looks.md).
 */
export function nextRun(cron: string, timezone: string, at?: Place, after?: Date): Date {
  const { valid, errors } = validateDetailed(cron);
  if (!valid) {
    const fields = errors.map((error) => error.message).join('; ');
    throw cronError(cron, `cannot be read: ${fields}`, at);
  }
  const task = createTask(cron, () => undefined, { timezone });
  try {
    const next = firstAfter((count) => task.getNextRuns(count), after);
    if (next === undefined) throw cronError(cron, 'is never due', at);
    return next;
  } catch (error) {
    if (error instanceof ThauError) throw error;
    throw cronError(cron, 'is never due', at, error);
  } finally {
    void task.destroy();
  }
}

/** This machine's clock may be behind by so much that several times seem to come which are over. */
function firstAfter(runs: (count: number) => Date[], after: Date | undefined): Date | undefined {
  for (let count = 1; count <= 4096; count *= 4) {
    const found = runs(count);
    const next = found.find((date) => after === undefined || date > after);
    if (next !== undefined || found.length < count) return next;
  }
  return undefined;
}

function cronError(cron: string, what: string, at?: Place, cause?: unknown): ThauError {
  return new ThauError('SCHEDULE_CRON', `The cron expression "${cron}" ${what}.`, {
    hint: 'Five fields: minute hour day-of-month month day-of-week, as in "0 2 * * *" for every night at two.',
    ...(at && { at }),
    ...(cause !== undefined && { cause }),
  });
}
