import { qualifiedName, quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Identifier } from './find-person.js';
import { salted } from './salt.js';
import { valuesPattern } from './values-pattern.js';
import { ValueSearch, type SearchedColumn } from './value-search.js';

/** What stands where a value was removed. */
export const erasedMark = '[erased]';

/**
 * The values of a person that can be searched for as texts: those nobody else has, long enough not to be found by
 * chance, as they are normalised and as Vietnam and the world write a phone.
 */
export function searchedValues(
  identifiers: readonly Identifier[],
  spellings: readonly string[] = [],
): readonly string[] {
  const shared = new Set(identifiers.filter((one) => one.isShared).map(({ value }) => value.toLowerCase()));
  const own = identifiers.filter((one) => !one.isShared).flatMap(({ type, value }) => forms(type, value));
  const digits = new Set(own.map(significant).filter((text) => text.length >= 9));
  const spelled = spellings.filter(
    (text) => digits.has(significant(text)) || own.includes(text.trim().toLowerCase()),
  );
  return [...new Set([...own, ...spelled].map((text) => text.trim().toLowerCase()))]
    .filter((text) => text.length >= 6 && !shared.has(text))
    .filter((text) => (/\p{L}/u.test(text) ? true : text.replace(/\D/g, '').length >= 9))
    .sort((a, b) => b.length - a.length);
}

/** `+84912345678` is `0912345678` too; `shopee:VN01:b123` holds the buyer's id. */
function forms(type: string, value: string): readonly string[] {
  const national = /^\+84(\d+)$/.exec(value)?.[1];
  if (national !== undefined) return [value, `84${national}`, `0${national}`, national];
  const last = value.split(':').at(-1) ?? value;
  return type === 'email' || last === value ? [value] : [value, last];
}

function significant(text: string): string {
  return /^[-+(). \d]+$/.test(text) ? text.replace(/\D/g, '').replace(/^0*84|^0+/, '') : '';
}

/** An expression with every value in it replaced by its own salted hash, so that rows are still told apart. */
export function hashedValues(expression: string, values: readonly string[], salt: string): string {
  return values.reduce((sql, value) => {
    const stands = `erased-${salted(salt, value).slice(0, 16)}`;
    return `regexp_replace(${sql}, ${quoteLiteral(valuesPattern([value]))}, ${quoteLiteral(stands)}, 'gi')`;
  }, expression);
}

export interface Found {
  readonly table: string;
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
}

/** Every table of the database that has a row with one of the values in any column. Views hold nothing themselves. */
export async function searchDatabase(
  database: Queryable,
  values: readonly string[],
  { except, only }: { readonly except?: ReadonlySet<string>; readonly only?: ReadonlySet<string> } = {},
): Promise<readonly Found[]> {
  if (values.length === 0) return [];
  const search = new ValueSearch(values);
  const found: Found[] = [];
  for (const { schema, name, columns } of await storedTables(database)) {
    const table = `${schema}.${name}`;
    if (except?.has(table) === true || only?.has(table) === false) continue;
    const { rows } = await database.query<{ rows: number }>(
      `select count(*)::integer as rows from ${qualifiedName(schema, name)} as r where ${search.inRow(columns)}`,
    );
    const count = rows[0]?.rows ?? 0;
    if (count > 0) found.push({ table, schema, name, rows: count });
  }
  return found;
}

interface StoredTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly SearchedColumn[];
}

async function storedTables(database: Queryable): Promise<readonly StoredTable[]> {
  const { rows } = await database.query<StoredTable>(
    `select n.nspname as schema, c.relname as name, ${columnsOf('c.oid')} as columns
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage')
     order by 1, 2`,
  );
  return rows;
}

function columnsOf(table: string): string {
  return `(select coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                                        'generated', a.attgenerated <> '') order by a.attnum), '[]')
           from pg_attribute as a where a.attrelid = ${table} and a.attnum > 0 and not a.attisdropped)`;
}

/** The columns of a table, to search in. */
export async function searchedColumns(
  database: Queryable,
  table: { readonly schema: string; readonly name: string },
): Promise<readonly (SearchedColumn & { readonly generated: boolean })[]> {
  const { rows } = await database.query<{ columns: (SearchedColumn & { generated: boolean })[] }>(
    `select ${columnsOf('$1::regclass')} as columns`,
    [qualifiedName(table.schema, table.name)],
  );
  return rows[0]?.columns ?? [];
}

/** Types that a value can be taken out of. */
const written = /^(?:text|character varying(?:\(\d+\))?|jsonb?|(?:text|character varying(?:\(\d+\))?)\[\])$/;

/** Removes the values from every text, JSON and text array of a table's rows; answers how many rows it changed. */
export async function removeValues(
  tx: Queryable,
  table: { readonly schema: string; readonly name: string },
  values: readonly string[],
): Promise<{ readonly rows: number; readonly columns: readonly string[] }> {
  const none = { rows: 0, columns: [] };
  const columns = (await searchedColumns(tx, table)).filter(
    ({ type, generated }) => written.test(type) && !generated,
  );
  if (columns.length === 0 || values.length === 0) return none;
  const search = new ValueSearch(values);
  const relation = qualifiedName(table.schema, table.name);
  // one look says which columns hold one, a second changes their rows
  const { rows } = await tx.query<{ counts: readonly number[] }>(
    `select array[${columns.map((column) => `count(*) filter (where ${search.inColumn(column)})`).join(', ')}]::integer[] as counts
     from ${relation} as r where ${search.inRow(columns)}`,
  );
  const held = columns.filter((_, index) => (rows[0]?.counts[index] ?? 0) > 0);
  if (held.length === 0) return none;
  const sets = held.map((column) => {
    const name = quoteIdentifier(column.name);
    return `${name} = case when ${search.inColumn(column)} then regexp_replace(r.${name}::text, $1, $2, 'gi')::${column.type} else r.${name} end`;
  });
  const { rowCount } = await tx.query(
    `update ${relation} as r set ${sets.join(', ')} where ${search.inRow(held)}`,
    [valuesPattern(values), erasedMark],
  );
  return { rows: rowCount, columns: held.map(({ name }) => name) };
}
