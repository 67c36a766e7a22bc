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
  /** Of its values as they are compared, without length or precision. */
  readonly type: string;
  /** The column as an expression over a row called `row`, hashable and of one type on both sides. */
  value(row: string): string;
  /** A bigint that equal values have in common; null at most for null. `seed` is SQL of type bigint. */
  hash(row: string, seed: string): string;
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
  const typed = columns.map(({ name, before, after }) => {
    const cast = before === after ? (hashable.has(before) ? undefined : 'text') : commonType(before, after);
    return { name, cast, type: cast ?? bare(after) };
  });
  const functions = await hashFunctions(
    database,
    typed.map(({ type }) => type),
  );
  return typed.map(({ name, cast, type }) => {
    const value = (row: string): string =>
      `${row}.${quoteIdentifier(name)}${cast === undefined ? '' : `::${cast}`}`;
    const own = functions.get(type);
    const hash = (row: string, seed: string): string =>
      own === undefined
        ? `hash_record_extended(row(${value(row)}), ${seed})`
        : `pg_catalog.${own}(${value(row)}, ${seed})`;
    return { name, type, value, hash };
  });
}

/** The functions that hash a value alone, by its type: three times as quick as to hash a record of one column. */
async function hashFunctions(
  database: Queryable,
  types: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ type: string; function: string }>(
    `select w.type, quote_ident(p.proname) as function
     from unnest($1::text[]) as w (type)
     join pg_opclass as o on o.opcdefault
         and o.opcintype = to_regtype(case w.type when 'character varying' then 'text' else w.type end)
     join pg_am as m on m.oid = o.opcmethod and m.amname = 'hash'
     join pg_amproc as a on a.amprocfamily = o.opcfamily and a.amproclefttype = o.opcintype
         and a.amprocrighttype = o.opcintype and a.amprocnum = 2
     join pg_proc as p on p.oid = a.amproc and p.proargtypes[0] = o.opcintype
         and p.pronamespace = 'pg_catalog'::regnamespace`,
    [[...new Set(types)].filter((type) => known.test(type))],
  );
  return new Map(rows.map((row) => [row.type, row.function]));
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
