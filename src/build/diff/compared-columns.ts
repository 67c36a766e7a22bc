import { faultOf } from '../../postgres/fault.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';

/** A column that both relations have. */
export interface SharedColumn {
  readonly name: string;
  /** Its types, as `format_type` writes them. */
  readonly before: string;
  readonly after: string;
}

export interface ComparedColumn {
  readonly name: string;
  /** The column as an expression over a row called `row`, hashable and of one type on both sides. */
  value(row: string): string;
}

/**
 * How each column is compared: as it is where its type is the same and has a hash; as a number, a moment or a text
 * where its two types hold the same kind of value (`integer` became `bigint`, `numeric(8,2)` became `numeric`); as text
 * otherwise, and where the type has no hash (json, xml, point).
 */
export async function comparedColumns(
  database: Queryable,
  columns: readonly SharedColumn[],
): Promise<readonly ComparedColumn[]> {
  const hashable = await hashableTypes(
    database,
    columns.flatMap(({ before, after }) => (before === after ? [before] : [])),
  );
  return columns.map(({ name, before, after }) => {
    const type = before === after ? (hashable.has(before) ? undefined : 'text') : commonType(before, after);
    const cast = type === undefined ? '' : `::${type}`;
    return { name, value: (row) => `${row}.${quoteIdentifier(name)}${cast}` };
  });
}

/** The type in which values of both types are the same value; undefined where they need no cast. */
function commonType(before: string, after: string): string | undefined {
  const [a, b] = [bare(before), bare(after)];
  if (a === b && known.test(a)) return undefined;
  const families: readonly (readonly [RegExp, string])[] = [
    [/^(smallint|integer|bigint|numeric)$/, 'numeric'],
    [/^(real|double precision)$/, 'double precision'],
    [/^(date|timestamp without time zone)$/, 'timestamp'],
  ];
  return families.find(([family]) => family.test(a) && family.test(b))?.[1] ?? 'text';
}

/** Without length or precision. */
function bare(type: string): string {
  return type.replace(/\([^)]*\)/, '');
}

const known =
  /^(smallint|integer|bigint|numeric|real|double precision|text|character varying|character|name|boolean|date|interval|uuid|jsonb|bytea|(time|timestamp) with(out)? time zone)(\[\])?$/;

/** Which of the types PostgreSQL can hash: what is not known beforehand is tried on a null. */
async function hashableTypes(database: Queryable, types: readonly string[]): Promise<ReadonlySet<string>> {
  const hashable = new Set(types.filter((type) => known.test(bare(type))));
  for (const type of new Set(types.filter((one) => !hashable.has(one)))) {
    try {
      await database.query(`select hash_record_extended(row(null::${type}), 0)`);
      hashable.add(type);
    } catch (error) {
      // undefined_function: the type has no hash
      if (faultOf(error)?.sqlstate !== '42883') throw error;
    }
  }
  return hashable;
}
