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
  /**
   * About how many raw rows there are in all: visits to the site are added until there are, and nothing else changes.
   * None by default: the story has about 19 rows a person by itself.
   */
  readonly events?: number;
  /** Only raw rows that arrive on this day, `yyyy-mm-dd`, local, or later: what is new since an earlier load. */
  readonly from?: string;
  /** Only raw rows that arrive before this day: the same story as far as it was known then. */
  readonly before?: string;
}

export const defaultSample: SampleOptions = { customers: 2000, seed: 1, days: 546, until: '2026-06-30' };

/** The options with their defaults, or a ThauError that names the one out of range. */
export function sampleOptions(given: Partial<SampleOptions>): SampleOptions {
  const options = { ...defaultSample, ...given };
  inRange('customers', options.customers, 1, 5_000_000);
  inRange('seed', options.seed, -(2 ** 31), 2 ** 31 - 1);
  inRange('days', options.days, 30, 3650);
  if (options.events !== undefined) inRange('events', options.events, 1, 200_000_000);
  isDay('until', options.until, '2021-01-01');
  if (options.from !== undefined) isDay('from', options.from, '2011-01-01');
  if (options.before !== undefined) isDay('before', options.before, '2011-01-01');
  if (options.from !== undefined && options.before !== undefined && options.from >= options.before) {
    throw new ThauError(
      'SAMPLE_OPTION',
      `no row arrives from ${options.from} on and before ${options.before}`,
      {
        hint: '--before names the first day that is left out: one day is --from 2026-06-30 --before 2026-07-01.',
      },
    );
  }
  return options;
}

function isDay(name: string, text: string, first: string): void {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  const isDate = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
  if (isDate && text >= first && text <= '2030-12-31') return;
  throw new ThauError(
    'SAMPLE_OPTION',
    `${name} is "${text}"; a day from ${first} to 2030-12-31 was expected`,
    {
      hint: 'Write it as yyyy-mm-dd. Tết is known for those years only.',
    },
  );
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

/** Arrivals that are asked for, in seconds: from the first on, before the second. */
export function windowOf({ from, before }: SampleOptions): {
  readonly from: number;
  readonly before: number;
} {
  return {
    from: from === undefined ? -Infinity : secondsOf(from),
    before: before === undefined ? Infinity : secondsOf(before),
  };
}
