import { ThauError } from '../errors/thau-error.js';
import { day, secondsOf } from './calendar.js';

/** What the generator is asked for. The same options give the same bytes. */
export interface SampleOptions {
  /** People in the story, 1 to 5,000,000; default 2,000. */
  readonly customers: number;
  /** A 32-bit integer; default 1. */
  readonly seed: number;
  /** Length of the story in days, 30 to 3,650; default 546 (eighteen months). */
  readonly days: number;
  /** Its last day, `yyyy-mm-dd`, local; default 2026-06-30. */
  readonly until: string;
}

export const defaultSample: SampleOptions = { customers: 2000, seed: 1, days: 546, until: '2026-06-30' };

/** The options with their defaults, or a ThauError that names the one out of range. */
export function sampleOptions(given: Partial<SampleOptions>): SampleOptions {
  const options = { ...defaultSample, ...given };
  inRange('customers', options.customers, 1, 5_000_000);
  inRange('seed', options.seed, -(2 ** 31), 2 ** 31 - 1);
  inRange('days', options.days, 30, 3650);
  const at = /^\d{4}-\d\d-\d\d$/.test(options.until) ? Date.parse(`${options.until}T00:00:00Z`) : NaN;
  const isDate = !Number.isNaN(at) && new Date(at).toISOString().startsWith(options.until);
  if (!isDate || options.until < '2021-01-01' || options.until > '2030-12-31') {
    throw new ThauError(
      'SAMPLE_OPTION',
      `until is "${options.until}"; a day from 2021-01-01 to 2030-12-31 was expected`,
      {
        hint: 'Write it as yyyy-mm-dd. Tết is known for those years only.',
      },
    );
  }
  return options;
}

function inRange(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new ThauError(
    'SAMPLE_OPTION',
    `${name} is ${String(value)}; a whole number from ${String(low)} to ${String(high)} was expected`,
    {
      hint: `Pass --${name} with a number in that range.`,
    },
  );
}

/** First second of the story and the first second after it. */
export function spanOf({ days, until }: SampleOptions): { readonly start: number; readonly end: number } {
  const end = secondsOf(until) + day;
  return { start: end - days * day, end };
}
