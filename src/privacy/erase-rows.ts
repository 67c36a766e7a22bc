import { qualifiedName, quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Records } from './find-records.js';
import type { PersonalColumns } from './personal-columns.js';
import type { Place, PlaceColumn } from './places.js';
import { keptColumns, type Policy } from './policy.js';
import { saltedSql } from './salt.js';
import { keyIsAmong, termColumns, termSql } from './term.js';

/** What was done to one table. */
export interface Touched {
  readonly table: string;
  readonly how: 'deleted' | 'pseudonymised' | 'kept' | 'not permitted' | 'values removed';
  readonly rows: number;
  /** Columns emptied or hashed. */
  readonly columns?: readonly string[];
  /** The reason to keep, or why nothing was done. */
  readonly because?: string;
  /** The lineage that led there. */
  readonly paths: readonly string[];
  /** A salted hash over the keys of the rows, in order: what was erased can be proved against a list, not read. */
  readonly checksum?: string;
}

export interface EraseRows {
  readonly place: Place;
  /** Conditions on the row `r`, any of which makes it the person's. */
  readonly conditions: readonly { readonly sql: string; readonly values: readonly unknown[] }[];
  readonly policy: Policy;
  readonly personal: PersonalColumns;
  /** Columns of the keys that led to the rows: they stay in a row that is pseudonymised. */
  readonly keyColumns: readonly string[];
  readonly paths: readonly string[];
  readonly salt: string;
  /** Count, and change nothing. */
  readonly dryRun: boolean;
}

/** The conditions of a place's records, and what is said of them in the proof. */
export function conditionsOf(
  records: readonly Records[],
): Pick<EraseRows, 'conditions' | 'keyColumns' | 'paths'> {
  return {
    conditions: records.map(({ key, cleaned, values }) => ({
      sql: keyIsAmong(key, cleaned, 1),
      values: [JSON.stringify(values)],
    })),
    keyColumns: [...new Set(records.flatMap(({ key }) => termColumns(key)))],
    paths: records.map(({ path }) => path),
  };
}

/** Deletes, pseudonymises or counts the rows of one table. */
export async function eraseRows(tx: Queryable, input: EraseRows): Promise<Touched> {
  const { place, policy, paths, salt, keyColumns } = input;
  const { where, values } = combined(input.conditions);
  const relation = qualifiedName(place.schema, place.name);
  const key = keyColumns.length > 0 ? keyColumns : place.columns.map(({ name }) => name);
  const keyText = key.map((name) => `coalesce(r.${quoteIdentifier(name)}::text, '')`).join(` || '|' || `);
  const { rows } = await tx.query<{ rows: number; checksum: string }>(
    `select count(*)::integer as rows,
            ${saltedSql(`coalesce(string_agg(${keyText}, ',' order by ${keyText}), '')`, values.length + 1)} as checksum
     from ${relation} as r where ${where}`,
    [...values, salt],
  );
  const found = { table: place.title, rows: rows[0]?.rows ?? 0, paths };
  const checksum = rows[0]?.checksum ?? '';
  if (policy.how === 'keep')
    return { ...found, how: 'kept', ...(policy.because !== undefined && { because: policy.because }) };
  if (policy.how === 'ask') {
    const because = 'the source gives no permission: declare `meta: {erase: …}` or set `privacy.sources`';
    return { ...found, how: 'not permitted', because };
  }
  if (policy.how === 'delete') {
    if (!input.dryRun && found.rows > 0)
      await tx.query(`delete from ${relation} as r where ${where}`, values);
    return { ...found, how: 'deleted', checksum };
  }
  const columns = identifying(input);
  if (!input.dryRun && found.rows > 0 && columns.length > 0) {
    const sets = columns.map(
      (column) => `${quoteIdentifier(column.name)} = ${emptied(column, place, values.length + 1)}`,
    );
    const usesSalt = sets.some((set) => set.includes(`$${values.length + 1}`));
    await tx.query(
      `update ${relation} as r set ${sets.join(', ')} where ${where}`,
      usesSalt ? [...values, salt] : values,
    );
  }
  const reason = policy.because === undefined ? {} : { because: policy.because };
  return { ...found, how: 'pseudonymised', columns: columns.map(({ name }) => name), checksum, ...reason };
}

function combined(conditions: EraseRows['conditions']): {
  readonly where: string;
  readonly values: readonly unknown[];
} {
  const values: unknown[] = [];
  const parts = conditions.map(({ sql, values: own }) => {
    const shifted = sql.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + values.length}`);
    values.push(...own);
    return `(${shifted})`;
  });
  return { where: parts.length === 0 ? 'false' : parts.join(' or '), values };
}

/** The columns of a table that say who a row is about: what is personal in it, but not the key of the row itself. */
function identifying({ place, personal, keyColumns }: EraseRows): readonly PlaceColumn[] {
  const kept = keptColumns(place);
  const key = place.kind === 'source' ? new Set(keyColumns) : new Set<string>();
  const own = personal.get(place.id) ?? new Set();
  return place.columns.filter(
    (column) =>
      own.has(column.name) && !kept.has(column.name) && !key.has(column.name) && canBeEmptied(column, place),
  );
}

const isText = ({ type }: PlaceColumn): boolean => /^(?:text|character varying|citext)/.test(type);

function canBeEmptied(column: PlaceColumn, place: Place): boolean {
  return place.kind === 'source' ? column.isNullable || isText(column) : isText(column);
}

/** A source's value goes; a model that remembers keeps a hash in its place, since its rows are told apart by it. */
function emptied(column: PlaceColumn, place: Place, salt: number): string {
  if (place.kind === 'source') return column.isNullable ? 'null' : quoteLiteral('');
  const value = `r.${quoteIdentifier(column.name)}::text`;
  return `case when ${value} is not null then 'erased:' || left(${saltedSql(value, salt)}, 24) end`;
}

/** The keys of erased rows, hashed: by them they are known when they are delivered again. */
export async function rememberRecords(
  tx: Queryable,
  state: string,
  erasure: number,
  records: readonly Records[],
  touched: readonly Touched[],
  salt: string,
): Promise<void> {
  for (const { place, key, cleaned, values } of records) {
    const columns = key.map((term) => termSql(term, cleaned));
    const empties = touched.find(
      ({ table, how }) => table === place.title && how === 'pseudonymised',
    )?.columns;
    await tx.query(
      `insert into ${state}.erased_records (source_schema, source_table, key_columns, key_hash, empties, erasure_id)
       select $1, $2, $3, ${saltedSql('k.key', 7)}, $4, $5 from unnest($6::text[]) as k (key) on conflict do nothing`,
      [
        place.schema,
        place.name,
        columns,
        empties ?? null,
        erasure,
        values.map((row) => hashedKey(row, cleaned)),
        salt,
      ],
    );
  }
}

/** What is hashed of a key; `again.ts` makes the same in SQL. */
function hashedKey(row: readonly string[], cleaned: boolean): string {
  return row.map((value) => (cleaned ? value.trim().toLowerCase() : value)).join('\u001f');
}
