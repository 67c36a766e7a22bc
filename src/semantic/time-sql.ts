import type { Grain, SemanticModel } from './definition.js';

/** Instants as SQL, each bound absent where the question leaves it open: [from, to). */
export interface TimeRange {
  readonly from?: string;
  readonly to?: string;
}

type TimeType = SemanticModel['timeType'];
const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The beginning of the period that a time falls in, an instant, cut in the project's zone. */
export function periodSql(time: string, type: TimeType, grain: Grain, timezone: string): string {
  const unit = quote(grain);
  if (type === 'timestamp with time zone') return `date_trunc(${unit},${time},${quote(timezone)})`;
  return `(date_trunc(${unit},${time}::timestamp) at time zone ${quote(timezone)})`;
}

/** A time column as an instant. */
export const instantSql = (time: string, type: TimeType, timezone: string): string =>
  type === 'timestamp with time zone' ? time : `(${time}::timestamp at time zone ${quote(timezone)})`;

/** Conditions that keep a range's rows, on the bare column, so that its index serves. */
export function rangeConditions(
  time: string,
  type: TimeType,
  range: TimeRange,
  timezone: string,
): readonly string[] {
  const local = (instant: string): string => `(${instant} at time zone ${quote(timezone)})`;
  const conditions: string[] = [];
  if (range.from !== undefined) {
    conditions.push(
      type === 'timestamp with time zone'
        ? `${time}>=${range.from}`
        : type === 'date'
          ? `${time}>=${local(range.from)}::date`
          : `${time}>=${local(range.from)}`,
    );
  }
  if (range.to !== undefined) {
    conditions.push(
      type === 'timestamp with time zone'
        ? `${time}<${range.to}`
        : type === 'date'
          ? // a day that begins before the end counts
            `${time}<=(${local(range.to)}-interval '1 microsecond')::date`
          : `${time}<${local(range.to)}`,
    );
  }
  return conditions;
}

export const intervalSql = (grain: Grain): string =>
  grain === 'quarter' ? "interval '3 months'" : `interval '1 ${grain}'`;

/** An instant moved by an interval of the project's calendar: a day is a day, whatever the clocks do. */
export const shifted = (instant: string, step: string, timezone: string, sign = '+'): string =>
  `((${instant} at time zone ${quote(timezone)}) ${sign} ${step}) at time zone ${quote(timezone)}`;
