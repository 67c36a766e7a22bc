import { mapped, wellFormed, type StatementBuilder } from './statement-builder.js';
import type { Reader } from './arguments.js';
import { quoteText } from './text-parts.js';

const integers: Readonly<Record<string, true>> = { smallint: true, integer: true, bigint: true };

/**
 * A parameter to compare a column of `pgType` with. It is cast to a type that cannot overflow and still uses the
 * column's index; a text that is no value of the column's type becomes NULL, which equals nothing.
 */
export function comparand(
  builder: StatementBuilder,
  read: Reader,
  scalar: string,
  pgType: string,
  stored?: Readonly<Record<string, string>>,
): string {
  const { type, convert } = comparison(builder, scalar, pgType, stored);
  const parameter = builder.parameter(
    mapped(read, (value) => (value === null ? null : convert(value))),
    type,
  );
  return isNaive(pgType) ? `(${parameter} at time zone ${quoteText(builder.timezone)})` : parameter;
}

/** The same for a list, as an array. */
export function comparandList(
  builder: StatementBuilder,
  read: Reader,
  scalar: string,
  pgType: string,
  stored?: Readonly<Record<string, string>>,
): string {
  const { type, convert } = comparison(builder, scalar, pgType, stored);
  const parameter = builder.parameter(
    mapped(read, (values) => (values as unknown[]).map((value) => (value === null ? null : convert(value)))),
    `${type}[]`,
  );
  if (!isNaive(pgType)) return parameter;
  return `array(select v at time zone ${quoteText(builder.timezone)} from unnest(${parameter}) v)`;
}

/** A timestamp without zone is the project's local time. */
const isNaive = (pgType: string): boolean => pgType === 'timestamp without time zone';

interface Comparison {
  readonly type: string;
  readonly convert: (value: unknown) => unknown;
}

function comparison(
  builder: StatementBuilder,
  scalar: string,
  pgType: string,
  stored: Readonly<Record<string, string>> | undefined,
): Comparison {
  if (stored) return { type: 'text', convert: (value) => stored[String(value)] ?? String(value) };
  if (Object.hasOwn(integers, pgType)) {
    if (scalar === 'Float') return { type: 'double precision', convert: String };
    if (scalar === 'Decimal') return { type: 'numeric', convert: String };
    return { type: 'bigint', convert: wholeNumber };
  }
  if (pgType === 'numeric') return { type: 'numeric', convert: decimalNumber };
  if (pgType === 'real' || pgType === 'double precision') return { type: pgType, convert: String };
  if (pgType === 'boolean') return { type: 'boolean', convert: String };
  if (pgType === 'uuid') return { type: 'uuid', convert: uuid };
  if (pgType === 'timestamp with time zone' || pgType === 'timestamp without time zone') {
    return { type: 'timestamptz', convert: (value) => instantText(value, builder.timezone) };
  }
  if (pgType === 'date') return { type: 'date', convert: String };
  return { type: 'text', convert: (value) => wellFormed(String(value)) };
}

/** A day alone is its first instant in the zone, a time without a zone one of it; PostgreSQL reads the zone's name. */
export function instantText(value: unknown, timezone: string): string {
  const written = String(value);
  return /^\d{4}-\d\d-\d\d([Tt ][\d:.]+)?$/.test(written) ? `${written} ${timezone}` : written;
}

function wholeNumber(value: unknown): string | null {
  const written = String(value);
  if (!/^-?\d{1,19}$/.test(written)) return null;
  if (written.length < 19) return written;
  const whole = BigInt(written);
  return whole >= -(2n ** 63n) && whole < 2n ** 63n ? written : null;
}

function decimalNumber(value: unknown): string | null {
  const written = String(value);
  return /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$/.test(written) ? written : null;
}

function uuid(value: unknown): string | null {
  const written = String(value);
  return /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(written) ? written : null;
}
