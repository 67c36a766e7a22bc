import type { ColumnField } from '../schema/bound-schema.js';
import { concatenation, marker, quoteText, sql, text, type Part } from './text-parts.js';

/** What a value's JSON depends on: the GraphQL type, PostgreSQL's type, and what is proven of it. */
export interface ValueShape extends Pick<
  ColumnField,
  'type' | 'pgType' | 'array' | 'itemsNonNull' | 'nonNull' | 'notNull'
> {
  /** Enum values and how each is stored. */
  readonly stored?: Readonly<Record<string, string>>;
  /** The column holds nothing but these. */
  readonly acceptedValues?: readonly string[];
}

/** Where `emitValue` notes what would make the answer suspect. */
export interface Suspicions {
  readonly needles: Set<string>;
  readonly timezone: string;
  /** PostgreSQL has JSON_SCALAR. */
  readonly jsonScalar: boolean;
}

/**
 * The JSON text of an SQL value. Nothing is escaped that needs no escape, nothing coalesced that is never NULL; what
 * could turn out not to be JSON of its type is marked, or noted as a needle, and never silently wrong.
 */
export function emitValue(expression: string, shape: ValueShape, suspicions: Suspicions): readonly Part[] {
  const bare = shape.array
    ? arrayValue(expression, shape, suspicions)
    : scalarValue(expression, shape, suspicions);
  if (shape.notNull) return bare;
  if (!shape.nonNull) return [sql(`coalesce(${concatenation(bare)},'null')`)];
  suspicions.needles.add(marker);
  return [sql(`coalesce(${concatenation(bare)},${quoteText(nullMark)})`)];
}

/** NULL where the schema says there is always a value. */
export const nullMark = `"${marker}"`;

const texts = ['text', 'character varying', 'character', 'name', 'citext'];
const quotable = /^[\w .:/+@-]*$/;

/**
 * The JSON text of a text or an instant: in quotes, escaped. `to_json` looks its argument's type up at each call,
 * JSON_SCALAR (from PostgreSQL 17) once a statement, which is two fifths of its time.
 */
export const jsonScalar = (
  expression: string,
  { jsonScalar: known }: Pick<Suspicions, 'jsonScalar'>,
): string => `${known ? 'json_scalar' : 'to_json'}(${expression})::text`;

/** The text of a value that is not NULL; NULL of NULL. */
function scalarValue(expression: string, shape: ValueShape, suspicions: Suspicions): readonly Part[] {
  const { type, pgType, stored } = shape;
  if (stored) return [enumValue(expression, stored, pgType, shape, suspicions)];
  switch (type) {
    case 'Int':
      return [pgType === 'bigint' ? intValue(expression, suspicions) : sql(`${expression}::text`)];
    case 'Float':
      if (pgType !== 'smallint' && pgType !== 'integer' && pgType !== 'bigint') {
        suspicions.needles.add('NaN').add('Infinity');
      }
      return [sql(`${expression}::text`)];
    case 'Boolean':
      return [sql(`${expression}::text`)];
    case 'Decimal':
      if (pgType === 'numeric') suspicions.needles.add('NaN').add('Infinity');
      return [text('"'), sql(`${expression}::text`), text('"')];
    case 'BigInt':
      return [text('"'), sql(`${expression}::text`), text('"')];
    case 'DateTime':
      suspicions.needles.add('infinity"');
      return [
        sql(
          jsonScalar(
            pgType === 'timestamp without time zone'
              ? `(${expression} at time zone ${quoteText(suspicions.timezone)})`
              : expression,
            suspicions,
          ),
        ),
      ];
    case 'Date':
      suspicions.needles.add('infinity"');
      // the API's sessions have DateStyle ISO
      return [text('"'), sql(`${expression}::text`), text('"')];
    case 'JSON':
      return [jsonValue(expression, shape, suspicions)];
    default:
      return textValue(expression, shape, suspicions);
  }
}

function textValue(expression: string, shape: ValueShape, suspicions: Suspicions): readonly Part[] {
  const { pgType, acceptedValues } = shape;
  if (['smallint', 'integer', 'bigint', 'numeric', 'uuid'].includes(pgType)) {
    return [text('"'), sql(`${expression}::text`), text('"')];
  }
  // padded with blanks, which to_json keeps and a cast to text drops
  if (pgType === 'character') return [sql(jsonScalar(expression, suspicions))];
  if (acceptedValues && acceptedValues.length > 0 && acceptedValues.every((value) => quotable.test(value))) {
    return [text('"'), sql(pgType === 'text' ? expression : `${expression}::text`), text('"')];
  }
  return [sql(jsonScalar(texts.includes(pgType) ? expression : `${expression}::text`, suspicions))];
}

function intValue(expression: string, suspicions: Suspicions): Part {
  suspicions.needles.add(marker);
  return sql(
    `(case when ${expression} between -2147483648 and 2147483647 then ${expression}::text else ${quoteText(`"${marker}`)}||${expression}::text||'"' end)`,
  );
}

function enumValue(
  expression: string,
  stored: Readonly<Record<string, string>>,
  pgType: string,
  shape: ValueShape,
  suspicions: Suspicions,
): Part {
  const subject = texts.includes(pgType) ? expression : `${expression}::text`;
  const cases = Object.entries(stored).map(([name, value]) => `when ${quoteText(value)} then '"${name}"'`);
  const proven = shape.acceptedValues?.every((value) => Object.values(stored).includes(value)) ?? false;
  if (proven) return sql(`(case ${subject} ${cases.join(' ')} end)`);
  suspicions.needles.add(marker);
  // the JSON of a text begins with a quote, which the mark brings itself
  return sql(
    `(case ${subject} ${[...cases, `else ${quoteText(`"${marker}`)}||substr(${jsonScalar(subject, suspicions)},2)`].join(' ')} end)`,
  );
}

function jsonValue(expression: string, shape: ValueShape, suspicions: Suspicions): Part {
  const value = shape.pgType === 'jsonb' ? expression : `${expression}::jsonb`;
  if (!shape.nonNull) return sql(`${value}::text`);
  suspicions.needles.add(marker);
  return sql(`(case when ${value}='null'::jsonb then ${quoteText(nullMark)} else ${value}::text end)`);
}

function arrayValue(expression: string, shape: ValueShape, suspicions: Suspicions): readonly Part[] {
  const item = concatenation(
    emitValue('u.v', { ...shape, array: false, nonNull: shape.itemsNonNull, notNull: false }, suspicions),
  );
  const general = `(select '['||coalesce(string_agg(${item},',' order by u.o),'')||']' from unnest(${expression}) with ordinality u(v,o))`;
  const isText = texts.includes(shape.pgType) && !shape.stored;
  // unnest over NULL is empty, so NULL is kept apart
  const kept = `(case when ${expression} is not null then ${general} end)`;
  if (!isText) return [sql(shape.notNull ? general : kept)];
  if (!shape.itemsNonNull) return [sql(`to_json(${expression})::text`)];
  return [
    sql(
      `(case when array_position(${expression},null) is null then to_json(${expression})::text else ${general} end)`,
    ),
  ];
}
