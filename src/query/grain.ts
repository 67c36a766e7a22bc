import { quoteText } from './text-parts.js';

/** The beginning of the period that a time falls in, cut in the project's zone. `grain` is a value of the enum Grain. */
export function truncated(expression: string, grain: string, pgType: string, timezone: string): string {
  const unit = quoteText(grain.toLowerCase());
  const zone = quoteText(timezone);
  if (pgType === 'date') return `date_trunc(${unit},${expression}::timestamp)::date`;
  if (pgType === 'timestamp without time zone')
    return `(date_trunc(${unit},${expression}) at time zone ${zone})`;
  return `date_trunc(${unit},${expression},${zone})`;
}
