/**
 * What every thau schema starts from. A project may write any of these itself (the directives' definitions must then be
 * the same); what it leaves out is supplied from here.
 */
export const directivesSdl = /* GraphQL */ `
  "Ties a type to a model; \`key\` names the columns that tell its rows apart, \`discriminator\` the one that names the type, \`moved\` a model with keys that were given up (previous_<key>) and what stands for them now (<key>)."
  directive @relation(
    model: String!
    key: [String!]!
    discriminator: String
    moved: String
  ) on OBJECT | INTERFACE
  "Ties a field to a column of another name."
  directive @column(name: String!) on FIELD_DEFINITION
  "One row of another relation, or of what a function of that relation's columns gives when it is called with the field's arguments."
  directive @one(to: String, on: [String!], call: String) on FIELD_DEFINITION
  "Rows of another relation, as a list or a connection."
  directive @many(
    to: String
    on: [String!]
    via: Via
    order: [String!]
    aggregate: Boolean = true
  ) on FIELD_DEFINITION
  "Ties an argument to a comparison with a column."
  directive @where(column: String!, op: Op = EQ) on ARGUMENT_DEFINITION
  "The result of a PostgreSQL function, called with the row's key and the field's arguments; never a VOLATILE one."
  directive @call(function: String!) on FIELD_DEFINITION
  "The project's metrics, as flat rows."
  directive @metrics on FIELD_DEFINITION
  "Marks what identifies a person, so that roles can mask it."
  directive @pii(kind: PiiKind!) on FIELD_DEFINITION
  "The unit a number is counted in: VND, h, %."
  directive @unit(code: String!) on FIELD_DEFINITION

  input Via {
    model: String!
    from: [String!]!
    to: [String!]!
    where: String
  }

  enum Op {
    EQ
    NE
    IN
    LT
    LTE
    GT
    GTE
    CONTAINS
    "Finds the words of a text in a tsvector, each from its beginning, whatever the case and accents."
    SEARCH
  }

  enum PiiKind {
    NAME
    EMAIL
    PHONE
    ADDRESS
    BIRTH_DATE
    TEXT
  }
`;

/** The directives that bind; every other directive is GraphQL's own, or the project's. */
export const bindingDirectives: readonly string[] = [
  'relation',
  'column',
  'one',
  'many',
  'where',
  'call',
  'metrics',
  'pii',
  'unit',
];

/** Types that only the binding directives use: they are no part of the published contract. */
export const bindingTypes: readonly string[] = ['Via', 'Op', 'PiiKind'];

/** Scalars, Relay's types, and the inputs that generated filters and orders are made of. */
export const commonSdl = /* GraphQL */ `
  "An instant, ISO 8601 in UTC, to the microsecond: 2026-01-31T09:30:00+00:00."
  scalar DateTime
  "A calendar day: 2026-01-31."
  scalar Date
  "An exact decimal number, written as a string."
  scalar Decimal
  "A whole number beyond 32 bits, written as a string."
  scalar BigInt
  "Any JSON value."
  scalar JSON
  "An email address; compared in lower case."
  scalar EmailAddress
  "A phone number in E.164, +84912345678; national forms of Vietnam are accepted."
  scalar PhoneNumber

  "What can be fetched again by its global id."
  interface Node {
    "The type's name, a colon, and the key: Customer:42."
    id: ID!
  }

  "Where a page stands in its connection."
  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  "How rows are ordered; without a word on nulls, ASC puts them last and DESC first."
  enum Direction {
    ASC
    DESC
    ASC_NULLS_FIRST
    DESC_NULLS_LAST
  }

  "A period of time, cut in the project's time zone."
  enum Grain {
    MINUTE
    HOUR
    DAY
    WEEK
    MONTH
    QUARTER
    YEAR
  }
`;

/** Scalars whose values have an order, so that they take lt, lte, gt, gte and between. */
const ordered = ['Int', 'Float', 'Decimal', 'BigInt', 'DateTime', 'Date', 'String', 'ID'];
const texts = ['String', 'EmailAddress', 'PhoneNumber'];

/** The operators of a filter over one scalar or enum: `StringFilter`, `OrderStatusFilter`. */
export function scalarFilterSdl(type: string): string {
  const lines = [`eq: ${type}`, `ne: ${type}`, `in: [${type}!]`, `notIn: [${type}!]`];
  if (ordered.includes(type) && type !== 'ID') {
    lines.push(`lt: ${type}`, `lte: ${type}`, `gt: ${type}`, `gte: ${type}`);
    lines.push(`"Both ends included."\n  between: [${type}!]`);
  }
  if (type === 'DateTime' || type === 'Date') {
    lines.push(
      `"Within this long before now, or before the moment the data is of where the project has a model clock: 90 days."\n  inLast: String`,
    );
  }
  if (texts.includes(type)) {
    lines.push(`"A pattern with % and _, whatever the case and accents."\n  like: String`);
    lines.push(`"Holds this text, whatever the case and accents: nguyen finds Nguyễn."\n  contains: String`);
  }
  lines.push(`"True: has no value; false: has one."\n  isNull: Boolean`);
  return `"Every operator given must hold. A missing value meets only isNull, ne and notIn; an operator given null is as if not written."\ninput ${type}Filter {\n  ${lines.join('\n  ')}\n}`;
}

export const isBuiltInScalar = (type: string): boolean =>
  ['ID', 'String', 'Int', 'Float', 'Boolean'].includes(type) || thauScalars.includes(type);

/** The scalars that thau brings. */
export const thauScalars: readonly string[] = [
  'DateTime',
  'Date',
  'Decimal',
  'BigInt',
  'JSON',
  'EmailAddress',
  'PhoneNumber',
];
