const units: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};

/** `30 seconds`, `1.5 h`, `250ms` in milliseconds; a bare number counts seconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (!match) return undefined;
  const word = (match[2] ?? '').toLowerCase();
  const unit = word === '' ? 1000 : (units[word] ?? units[word.replace(/s$/, '')]);
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}
