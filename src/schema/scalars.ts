import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { normalizePhone } from './phone.js';

/** How thau's scalars read variables and literals, and what they let out. */
export const scalarTypes: Readonly<Record<string, GraphQLScalarType>> = Object.fromEntries(
  [
    scalar('DateTime', readDateTime, text, [Kind.STRING]),
    scalar('Date', readDate, text, [Kind.STRING]),
    scalar('Decimal', readDecimal, decimal, [Kind.STRING, Kind.INT, Kind.FLOAT]),
    scalar('BigInt', readBigInt, bigInt, [Kind.STRING, Kind.INT]),
    scalar('EmailAddress', readEmail, text, [Kind.STRING]),
    scalar('PhoneNumber', readPhone, text, [Kind.STRING]),
  ].map((type) => [type.name, type]),
);

function scalar(
  name: string,
  read: (value: unknown) => string,
  serialize: (value: unknown) => unknown,
  kinds: readonly Kind[],
): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    parseValue: read,
    parseLiteral: (node) => {
      if (!kinds.includes(node.kind) || !('value' in node)) {
        throw new GraphQLError(`${name} cannot represent ${print(node)}`, { nodes: node });
      }
      return read((node as Extract<ValueNode, { value: string }>).value);
    },
    serialize: (value) => serialize(value),
  });
}

const fail = (what: string, value: unknown): never => {
  const shown = JSON.stringify(value) as string | undefined;
  throw new GraphQLError(`${what}: ${shown === undefined ? typeof value : shown.slice(0, 100)}`);
};

function text(value: unknown): unknown {
  return typeof value === 'string' && /^-?infinity$/.test(value)
    ? fail('A date without end cannot be represented', value)
    : value;
}

function decimal(value: unknown): unknown {
  if (typeof value === 'string' && /^[-+]?\d+(\.\d*)?$/.test(value)) return value;
  return typeof value === 'number' && Number.isFinite(value)
    ? String(value)
    : fail('Decimal cannot represent a value that is no finite number', value);
}

function bigInt(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
}

const instant =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:\s*([Zz]|[+-]\d\d(?::?\d\d)?))?$/;
const day = /^(\d{4})-(\d\d)-(\d\d)$/;

function readDateTime(value: unknown): string {
  if (typeof value !== 'string') return fail('DateTime must be a string such as 2026-01-31T09:30:00Z', value);
  // a day is its first instant, and a time without a zone its own, in the project's zone, which the planner knows
  if (day.test(value)) return readDate(value);
  const match = instant.exec(value);
  if (
    !match ||
    !isDay(match[1], match[2], match[3]) ||
    Number(match[4]) > 23 ||
    Number(match[5]) > 59 ||
    Number(match[6] ?? 0) > 59 ||
    !isOffset(match[7] ?? 'Z')
  ) {
    return fail('DateTime must be an instant such as 2026-01-31T09:30:00Z', value);
  }
  return value;
}

const isOffset = (zone: string): boolean =>
  /^z$/i.test(zone) || (Number(zone.slice(1, 3)) <= 15 && Number(zone.slice(3).replace(':', '') || 0) <= 59);

function readDate(value: unknown): string {
  if (typeof value === 'string') {
    const match = day.exec(value);
    if (match && isDay(match[1], match[2], match[3])) return value;
  }
  return fail('Date must be a day such as 2026-01-31', value);
}

function isDay(year?: string, month?: string, date?: string): boolean {
  const made = new Date(Date.UTC(2000, Number(month) - 1, Number(date)));
  made.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  // year 0 is none in PostgreSQL
  return Number(year) > 0 && made.getUTCMonth() === Number(month) - 1 && made.getUTCDate() === Number(date);
}

function readDecimal(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$/.test(value)) {
    if (value.length <= 200) return value;
  }
  return fail('Decimal must be a finite number, as a string or a number', value);
}

const bigIntLimit = 2n ** 63n;

function readBigInt(value: unknown): string {
  const isWhole =
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'string' && /^-?\d{1,19}$/.test(value));
  if (!isWhole) return fail('BigInt must be a whole number of 64 bits', value);
  const whole = BigInt(value);
  return whole >= -bigIntLimit && whole < bigIntLimit
    ? whole.toString()
    : fail('BigInt must be a whole number of 64 bits', value);
}

function readEmail(value: unknown): string {
  const email = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return email.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(email)
    ? email
    : fail('EmailAddress must have the form name@example.com', value);
}

function readPhone(value: unknown): string {
  return (
    (typeof value === 'string' ? normalizePhone(value) : undefined) ??
    fail('PhoneNumber must be in E.164, such as +84912345678', value)
  );
}
