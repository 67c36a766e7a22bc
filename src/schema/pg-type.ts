/** PostgreSQL's name of a type without its modifiers, and whether it is an array of it. */
export interface PgType {
  readonly name: string;
  readonly array: boolean;
}

/** `numeric(12,2)[]` → numeric, array; `timestamp(3) with time zone` → `timestamp with time zone`. */
export function readPgType(formatted: string): PgType {
  const array = formatted.endsWith('[]');
  const name = (array ? formatted.slice(0, -2) : formatted)
    .replace(/\([^)]*\)/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
  return { name: aliases[name] ?? name, array };
}

const aliases: Readonly<Record<string, string>> = {
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  float: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  char: 'character',
  bpchar: 'character',
  decimal: 'numeric',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  '"char"': 'character',
};

const integers = ['smallint', 'integer', 'bigint'];
const texts = ['text', 'character varying', 'character', 'name', 'citext'];
const instants = ['timestamp with time zone', 'timestamp without time zone'];

/** What each scalar can be read from; a scalar the project declares itself reads from anything. */
const readable: Readonly<Record<string, readonly string[]>> = {
  ID: [...integers, ...texts, 'uuid', 'numeric'],
  String: [...texts, 'uuid', 'inet', 'cidr', 'macaddr', 'interval', 'xml', 'bytea', 'ltree'],
  Int: integers,
  Float: [...integers, 'real', 'double precision', 'numeric'],
  Decimal: [...integers, 'numeric'],
  BigInt: integers,
  Boolean: ['boolean'],
  DateTime: instants,
  Date: ['date'],
  JSON: ['json', 'jsonb'],
  EmailAddress: texts,
  PhoneNumber: texts,
};

/** Whether a GraphQL scalar (or enum) can be read from a column of this type. */
export function canRead(scalar: string, isEnum: boolean, pgType: string): boolean {
  if (isEnum) return texts.includes(pgType) || !pgTypeIsKnown(pgType);
  const from = readable[scalar];
  return from === undefined || from.includes(pgType);
}

const known = new Set(Object.values(readable).flat());
/** False for a type of the database's own: an enum or a domain, read as text. */
const pgTypeIsKnown = (pgType: string): boolean => known.has(pgType);

/** The scalar that a column of this type is best read as. */
export function scalarOf(pgType: string): string {
  if (pgType === 'smallint' || pgType === 'integer') return 'Int';
  if (pgType === 'bigint') return 'BigInt';
  if (pgType === 'numeric') return 'Decimal';
  if (pgType === 'real' || pgType === 'double precision') return 'Float';
  if (pgType === 'boolean') return 'Boolean';
  if (instants.includes(pgType)) return 'DateTime';
  if (pgType === 'date') return 'Date';
  if (pgType === 'json' || pgType === 'jsonb') return 'JSON';
  return 'String';
}
