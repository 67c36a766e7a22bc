import type { EventWindow } from '../../project/context/event-window.js';
import type { BatchSize } from '../../project/settings/microbatch-config.js';

/** The beginning of the batch that a moment is in, in UTC. */
export function truncate(at: Date, size: BatchSize): Date {
  const year = at.getUTCFullYear();
  if (size === 'year') return utc(year, 0);
  if (size === 'month') return utc(year, at.getUTCMonth());
  const day = utc(year, at.getUTCMonth(), at.getUTCDate());
  return size === 'day' ? day : new Date(day.getTime() + at.getUTCHours() * hour);
}

/** The beginning of the batch that lies so many batches after (or before) the one a moment is in. */
export function offset(at: Date, size: BatchSize, batches: number): Date {
  const from = truncate(at, size);
  if (size === 'hour') return new Date(from.getTime() + batches * hour);
  if (size === 'day') return new Date(from.getTime() + batches * 24 * hour);
  if (size === 'month') return utc(from.getUTCFullYear(), from.getUTCMonth() + batches);
  return utc(from.getUTCFullYear() + batches, 0);
}

/** The end of the batch a moment is in; a moment between two batches is its own ceiling. */
export function ceiling(at: Date, size: BatchSize): Date {
  const from = truncate(at, size);
  return from.getTime() === at.getTime() ? from : offset(from, size, 1);
}

/** The batches from a start up to an end; one at least, as under dbt. */
export function batchesBetween(start: Date, end: Date, size: BatchSize): readonly EventWindow[] {
  const batches: EventWindow[] = [];
  for (let from = start; from < end || batches.length === 0;) {
    const to = offset(from, size, 1);
    batches.push({ start: from, end: to });
    from = to;
  }
  return batches;
}

/** dbt's name of a batch: `2026-01-31`, `2026-01-31T05`, `2026-01`, `2026`. */
export function batchName({ start }: EventWindow, size: BatchSize): string {
  return start.toISOString().slice(0, { year: 4, month: 7, day: 10, hour: 13 }[size]);
}

/** dbt's `model.batch.id`: the name without dashes. */
export function batchId(window: EventWindow, size: BatchSize): string {
  return batchName(window, size).replaceAll('-', '');
}

const hour = 3_600_000;

/** `Date.UTC` takes years below 100 as of the 1900s. */
function utc(year: number, month: number, day = 1): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}
