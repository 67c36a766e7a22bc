import type { EventWindow } from '../../project/context/event-window.js';
import type { BatchSize } from '../../project/settings/microbatch-config.js';

/** What became of a microbatch model's batches, as artifacts and history keep it: moments are ISO texts. */
export interface BatchReport {
  readonly batchSize: BatchSize;
  readonly successful: readonly (readonly [string, string])[];
  readonly failed: readonly (readonly [string, string])[];
  /** Up to where the table is whole; the next run begins no later. Null when it is not known. */
  readonly coveredUntil: string | null;
}

export function windowText({ start, end }: EventWindow): readonly [string, string] {
  return [start.toISOString(), end.toISOString()];
}

export function windowOf([start, end]: readonly [string, string]): EventWindow {
  return { start: new Date(start), end: new Date(end) };
}
