import { qualifiedName, quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Identifier } from './find-person.js';
import { salted } from './salt.js';

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

/** An ARE that finds any of the values as a whole: https://www.postgresql.org/docs/current/functions-matching.html */
export function valuesPattern(values: readonly string[]): string {
  const escape = (value: string): string =>
    value.replace(/[^\p{L}\p{N} ]/gu, (character) => `\\${character}`);
  const among = (some: readonly string[]): string =>
    `(?<![[:alnum:]])(${some.map(escape).join('|')})(?![[:alnum:]])`;
  const emails = values.filter((value) => value.includes('@'));
  const others = values.filter((value) => !value.includes('@'));
  return [
    // `le.an@example.com` is another address than `an@example.com`, and `an@example.com.vn` too
    ...(emails.length > 0 ? [`(?<![[:alnum:]][.+_-])${among(emails)}(?![.-][[:alnum:]])`] : []),
    ...(others.length > 0 || emails.length === 0 ? [among(others)] : []),
  ].join('|');
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
  except: ReadonlySet<string> = new Set(),
): Promise<readonly Found[]> {
  if (values.length === 0) return [];
  const pattern = valuesPattern(values);
  const found: Found[] = [];
  for (const { schema, name } of await storedTables(database)) {
    if (except.has(`${schema}.${name}`)) continue;
    const { rows } = await database.query<{ rows: number }>(
      `select count(*)::integer as rows from ${qualifiedName(schema, name)} as r where r::text ~* $1`,
      [pattern],
    );
    const count = rows[0]?.rows ?? 0;
    if (count > 0) found.push({ table: `${schema}.${name}`, schema, name, rows: count });
  }
  return found;
}

async function storedTables(database: Queryable): Promise<readonly { schema: string; name: string }[]> {
  const { rows } = await database.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage')
     order by 1, 2`,
  );
  return rows;
}

/** Removes the values from every text, JSON and text array of a table's rows; answers how many rows it changed. */
export async function removeValues(
  tx: Queryable,
  table: { readonly schema: string; readonly name: string },
  values: readonly string[],
): Promise<{ readonly rows: number; readonly columns: readonly string[] }> {
  const { rows: columns } = await tx.query<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, null) as type
     from pg_attribute as a
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
       and format_type(a.atttypid, null) in ('text', 'character varying', 'json', 'jsonb', 'text[]', 'character varying[]')`,
    [qualifiedName(table.schema, table.name)],
  );
  if (columns.length === 0 || values.length === 0) return { rows: 0, columns: [] };
  const pattern = valuesPattern(values);
  const changed: string[] = [];
  let most = 0;
  for (const { name, type } of columns) {
    const column = quoteIdentifier(name);
    const { rowCount } = await tx.query(
      `update ${qualifiedName(table.schema, table.name)}
       set ${column} = regexp_replace(${column}::text, $1, $2, 'gi')::${type}
       where ${column}::text ~* $1`,
      [pattern, erasedMark],
    );
    if (rowCount > 0) changed.push(name);
    most = Math.max(most, rowCount);
  }
  return { rows: most, columns: changed };
}
