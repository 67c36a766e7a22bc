import { ThauError } from '../../errors/thau-error.js';
import type { EventWindow } from '../../project/context/event-window.js';
import { momentOf } from '../../project/settings/microbatch-config.js';
import { yamlMapping } from './yaml-mapping.js';

/** `--event-time-start` with `--event-time-end`, as dbt has them: both or none, in UTC. */
export function eventTimeFlags(start: string | undefined, end: string | undefined): EventWindow | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined) {
    const [given, missing] = start === undefined ? ['end', 'start'] : ['start', 'end'];
    throw new ThauError('CLI_USAGE', `--event-time-${given} was given without --event-time-${missing}.`, {
      hint: 'Give both: they are a window of time.',
    });
  }
  return ordered(
    moment(start, '--event-time-start'),
    moment(end, '--event-time-end'),
    '--event-time-start must be before --event-time-end.',
  );
}

/** `--sample '3 days'`, or `--sample '{start: 2026-01-01, end: 2026-01-04}'`. */
export function sampleFlag(text: string | undefined, now: Date): EventWindow | undefined {
  if (text === undefined) return undefined;
  if (text.trimStart().startsWith('{')) {
    const { start, end, ...others } = yamlMapping(text, '--sample');
    if (typeof start !== 'string' || typeof end !== 'string' || Object.keys(others).length > 0)
      throw badSample(text);
    return ordered(
      moment(start, '--sample'),
      moment(end, '--sample'),
      'The start of --sample must be before its end.',
    );
  }
  const found = /^\s*(\d+) +(hour|day|month|year)s?\s*$/i.exec(text);
  if (found === null || Number(found[1]) === 0) throw badSample(text);
  const count = Number(found[1]);
  const start = new Date(now);
  const unit = found[2]?.toLowerCase();
  if (unit === 'hour') start.setTime(now.getTime() - count * 3_600_000);
  else if (unit === 'day') start.setTime(now.getTime() - count * 86_400_000);
  else {
    start.setUTCDate(1);
    start.setUTCMonth(start.getUTCMonth() - (unit === 'month' ? count : 12 * count));
    // the 31st of a month of 30 days is its last
    const last = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
    start.setUTCDate(Math.min(now.getUTCDate(), last));
  }
  return { start, end: now };
}

function moment(text: string, option: string): Date {
  const at = momentOf(text);
  if (at !== undefined) return at;
  throw new ThauError('CLI_USAGE', `For ${option}, ${JSON.stringify(text)} is no time.`, {
    hint: 'Write a day or a time in UTC: 2026-01-31, 2026-01-31T08:00:00.',
  });
}

function ordered(start: Date, end: Date, message: string): EventWindow {
  if (start < end) return { start, end };
  throw new ThauError('CLI_USAGE', message, { hint: 'The end itself is not part of the window.' });
}

function badSample(text: string): ThauError {
  return new ThauError('CLI_USAGE', `For --sample, ${JSON.stringify(text)} is no window of time.`, {
    hint: "Write --sample '3 days' (hours, days, months, years), or --sample '{start: 2026-01-01, end: 2026-01-04}'.",
  });
}
