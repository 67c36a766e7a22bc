import './navigator.js';
import pg from 'pg';

type Parser = (text: string) => unknown;

/**
 * How PostgreSQL's types become JavaScript's: bigint a number while it is a safe integer, else text; numeric,
 * date, timestamp and interval stay text (a `Date` would shift a date by the time zone of the process);
 * timestamptz a `Date`; json and jsonb parsed; the rest as `pg` does.
 */
const bigint: Parser = (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};
const asText: Parser = (text) => text;

/** `pg`'s own parser of a type. Its declaration knows built-in types only; types have any OID. */
const parserOf = pg.types.getTypeParser as unknown as (oid: number, format?: string) => Parser;

const parseTextArray = parserOf(1009) as (text: string) => (string | null)[];
const arrayOf =
  (parse: Parser): Parser =>
  (text) =>
    parseTextArray(text).map((value) => (value === null ? null : parse(value)));

const own = new Map<number, Parser>([
  [20, bigint],
  [1016, arrayOf(bigint)],
  [1700, asText],
  [1231, arrayOf(asText)],
  [1082, asText],
  [1182, arrayOf(asText)],
  [1114, asText],
  [1115, arrayOf(asText)],
  [1186, asText],
  [1187, arrayOf(asText)],
]);

/** For `pg`'s `types`: values as JavaScript's. */
export const parsedValues = {
  getTypeParser: (oid: number, format?: string) => own.get(oid) ?? parserOf(oid, format),
} as unknown as pg.CustomTypesConfig;

/** For `pg`'s `types`: every value as the text PostgreSQL sent. */
export const textValues = { getTypeParser: () => asText } as unknown as pg.CustomTypesConfig;
