import { createHash } from 'node:crypto';
import { maxIdentifierBytes, qualifiedName, quoteIdentifier } from '../../postgres/identifier.js';
import { cutToBytes, sqlName, type RowStore } from '../relation.js';

/** The column of a versioned table that says which run wrote a row, null for its first; users never see it. */
export const fromColumn = '_from_gen';

/** And of the table beside it: the run that took the row away. */
export const toColumn = '_to_gen';

/** The setting that tells a versioned table which run writes to it. */
export const versionSetting = 'thau.version';

/** Later than any run: the rows of the table itself have not been taken away. */
const never = 2_147_483_647;

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** The view of the newest version: the table whole, so that it costs its readers nothing. */
export function wholeView(view: Place, store: RowStore, columns: readonly string[]): string {
  return `create or replace view ${sqlName(view)} as
select ${list(columns)} from ${qualifiedName(store.schema, store.table)} as r`;
}

/**
 * The view of a version that later runs may have gone on from: right whatever they added or took away, and the same
 * rows as `wholeView` while none did. The conditions stand outside: PostgreSQL merges two indexes to an order only
 * where the parts of a union have none.
 */
export function filteredView(view: Place, store: RowStore, columns: readonly string[]): string {
  const { schema, table, superseded, version } = store;
  return `create or replace view ${sqlName(view)} as
select ${list(columns)} from (
    select r.*, ${never} as ${toColumn} from ${qualifiedName(schema, table)} as r
    union all
    select * from ${qualifiedName(schema, superseded)}
) as r
where (r.${fromColumn} is null or r.${fromColumn} <= ${version}) and r.${toColumn} > ${version}`;
}

/** Within a transaction: what is written to versioned tables is of this run. */
export function writingVersion(run: number): string {
  return `select set_config('${versionSetting}', '${run}', true)`;
}

/** `orders__versions`: the name of a table behind a versioned relation, within PostgreSQL's 63 bytes. */
export function storeName(name: string, what: 'versions' | 'superseded'): string {
  const suffix = `__${what}`;
  if (Buffer.byteLength(name + suffix) <= maxIdentifierBytes) return name + suffix;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${cutToBytes(name, maxIdentifierBytes - suffix.length - digest.length - 1)}_${digest}${suffix}`;
}

function list(columns: readonly string[]): string {
  return columns.map((column) => `r.${quoteIdentifier(column)}`).join(', ');
}
