/** A slice of something with a length, as Python resolves it: never out of range. */
export interface SliceBounds {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** Resolves `start:stop:step` (null where left out) against a length. `step` must not be 0. */
export function sliceBounds(
  length: number,
  start: number | null,
  stop: number | null,
  step: number | null,
): SliceBounds {
  const by = step ?? 1;
  const low = by > 0 ? 0 : -1;
  const high = by > 0 ? length : length - 1;
  const clamp = (value: number | null, otherwise: number): number => {
    if (value === null) return otherwise;
    return Math.min(high, Math.max(low, value < 0 ? value + length : value));
  };
  return { start: clamp(start, by > 0 ? low : high), stop: clamp(stop, by > 0 ? high : low), step: by };
}
