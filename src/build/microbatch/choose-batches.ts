import type { EventWindow } from '../../project/context/event-window.js';
import type { MicrobatchConfig } from '../../project/settings/microbatch-config.js';
import { batchesBetween, ceiling, offset, truncate } from './batch-time.js';

export interface BatchQuestion {
  readonly config: MicrobatchConfig;
  /** Whether there is a table to add to. */
  readonly incremental: boolean;
  /** `--event-time-start` and `--event-time-end`, or the window of `--sample`. */
  readonly asked?: EventWindow | undefined;
  /** When the run (or the run that is retried) began. */
  readonly now: Date;
  /** Up to where the table is whole, if that is known. */
  readonly coveredUntil?: Date | undefined;
}

/**
 * The batches a run builds: dbt's, from `begin` at first and the last `lookback` ones later. What dbt would leave
 * out after a time without runs is caught up with: the run begins where the next one in time would have begun.
 */
export function chooseBatches(question: BatchQuestion): readonly EventWindow[] {
  const { batchSize: size } = question.config;
  const end = ceiling(question.asked?.end ?? question.now, size);
  return batchesBetween(startOf(question, end), end, size);
}

function startOf({ config, incremental, asked, coveredUntil }: BatchQuestion, end: Date): Date {
  const { batchSize: size, begin } = config;
  if (asked) return truncate(asked.start, size);
  if (!incremental) return truncate(begin, size);
  // the newest batch lies before the end
  const start = offset(end, size, -config.lookback - 1);
  if (coveredUntil === undefined) return start;
  const missed = offset(coveredUntil, size, 1 - Math.max(config.lookback, 1));
  return missed < start ? missed : start;
}

/**
 * Up to where a table is whole after these batches. The batch that the run's own moment lies in is still open:
 * its later rows are the next run's.
 */
export function coverage(
  { config, incremental, coveredUntil, now }: BatchQuestion,
  built: readonly EventWindow[],
): Date | undefined {
  const sorted = [...built].sort((a, b) => a.start.getTime() - b.start.getTime());
  let until = incremental && coveredUntil !== undefined ? coveredUntil : sorted[0]?.start;
  if (until === undefined) return undefined;
  for (const { start, end } of sorted) if (start <= until && end > until) until = end;
  const open = truncate(now, config.batchSize);
  return until > open ? open : until;
}
