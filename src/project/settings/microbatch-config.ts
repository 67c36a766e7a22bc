import type { NodeConfig } from '../manifest.js';

export const batchSizes = ['hour', 'day', 'month', 'year'] as const;

export type BatchSize = (typeof batchSizes)[number];

/** The config of a model with `incremental_strategy: microbatch`. */
export interface MicrobatchConfig {
  readonly eventTime: string;
  readonly batchSize: BatchSize;
  readonly begin: Date;
  /** Batches before the newest one that each run builds again, for rows that come late. */
  readonly lookback: number;
  /** Null: thau decides. */
  readonly concurrent: boolean | null;
}

export interface ConfigFault {
  readonly what: string;
  readonly hint: string;
}

export function isMicrobatch(config: Readonly<Record<string, unknown>>): boolean {
  return config['materialized'] === 'incremental' && config['incremental_strategy'] === 'microbatch';
}

/** Reads the config, or says what is wrong with it. */
export function microbatchConfig(config: NodeConfig): MicrobatchConfig | ConfigFault {
  const { event_time: eventTime, batch_size: size, begin, lookback, concurrent_batches: concurrent } = config;
  if (typeof eventTime !== 'string' || eventTime === '') {
    return {
      what: 'a microbatch model needs event_time, the column with the time of its rows',
      hint: "Write config(event_time='occurred_at').",
    };
  }
  const batchSize = batchSizes.find((one) => one === size);
  if (batchSize === undefined) {
    return {
      what: `a microbatch model needs batch_size, and ${size === undefined || size === null ? 'has none' : `${JSON.stringify(size)} is none`}`,
      hint: 'It is hour, day, month or year.',
    };
  }
  const from = typeof begin === 'string' ? momentOf(begin) : undefined;
  if (from === undefined) {
    return {
      what: `a microbatch model needs begin, the time of its first batch${begin === undefined || begin === null ? '' : `, and ${JSON.stringify(begin)} is no time`}`,
      hint: "Write config(begin='2026-01-01').",
    };
  }
  if (lookback !== undefined && lookback !== null && !(Number.isInteger(lookback) && Number(lookback) >= 0)) {
    return { what: `lookback is ${JSON.stringify(lookback)}`, hint: 'It is a number of batches: 0, 1, 2 …' };
  }
  if (concurrent !== undefined && concurrent !== null && typeof concurrent !== 'boolean') {
    return { what: `concurrent_batches is ${JSON.stringify(concurrent)}`, hint: 'It is true or false.' };
  }
  return {
    eventTime,
    batchSize,
    begin: from,
    lookback: typeof lookback === 'number' ? lookback : 1,
    concurrent: concurrent ?? null,
  };
}

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?\s*(?:Z|UTC|([+-])(\d{2}):?(\d{2}))?$/;

/** An ISO day or time; without a zone it counts in UTC, as all of microbatch does. */
export function momentOf(text: string): Date | undefined {
  const found = iso.exec(text.trim());
  if (found === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '0',
    sign,
    offHours,
    offMinutes,
  ] = found;
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0')),
  );
  const read = new Date(wall);
  // a 30th of February is no day
  if (read.getUTCMonth() !== Number(month) - 1 || read.getUTCDate() !== Number(day) || Number(hour) > 23) {
    return undefined;
  }
  const offset = sign === undefined ? 0 : (Number(offHours) * 60 + Number(offMinutes)) * 60_000;
  return new Date(wall - (sign === '-' ? -offset : offset));
}
