import { ThauError } from '../errors/thau-error.js';
import { describeRelation } from '../postgres/catalog.js';
import { faultOf } from '../postgres/fault.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';

export interface Column {
  readonly name: string;
  /** As one writes it in `create table`. */
  readonly type: string;
}

export interface RawTarget {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
}

/** What to do with a table that is there: refuse, put the new rows in the old ones' place, or add to them. */
export type WhenThere = 'refuse' | 'replace' | 'append';

/**
 * Makes the plain table to load into, within the caller's transaction. A table of the same columns is emptied rather
 * than dropped, since staging views stand on it; it is emptied by DELETE, so that readers keep seeing the old rows
 * until the commit (TRUNCATE would show them an empty table:
 * https://www.postgresql.org/docs/current/mvcc-caveats.html).
 */
export async function makeRawTable(tx: Session, target: RawTarget, whenThere: WhenThere): Promise<void> {
  const { schema, name, columns } = target;
  const shown = `${schema}.${name}`;
  const there = await describeRelation(tx, { schema, name });
  if (there && there.kind !== 'table') {
    throw new ThauError('LOAD_TABLE_EXISTS', `${shown} is a ${there.kind}, not a table`, {
      hint: 'Choose another name: thau loads into plain tables of its own making.',
    });
  }
  if (there && whenThere === 'refuse') {
    throw new ThauError('LOAD_TABLE_EXISTS', `the table ${shown} is there already`, {
      hint: 'Pass --replace to put the new rows in the place of the old ones.',
    });
  }
  const table = qualifiedName(schema, name);
  const definitions = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`).join(', ');
  if (!there) {
    await tx.query(`create schema if not exists ${quoteIdentifier(schema)}`);
    await tx.query(`create table ${table} (${definitions})`);
    return;
  }
  // the server says how it spells the wanted types
  await tx.query(`create temporary table thau_wanted (${definitions}) on commit drop`);
  const { rows } = await tx.query<{ name: string; type: string }>(/* sql */ `
    select attname as name, format_type(atttypid, atttypmod) as type
    from pg_attribute where attrelid = 'pg_temp.thau_wanted'::regclass and attnum > 0 order by attnum`);
  await tx.query('drop table pg_temp.thau_wanted');
  const spelled = (list: readonly Column[]): string =>
    list.map((column) => `${column.name} ${column.type}`).join(', ');
  if (spelled(rows) === spelled(there.columns)) {
    if (whenThere === 'replace') await tx.query(`delete from ${table}`);
    return;
  }
  if (whenThere === 'append') {
    throw new ThauError('LOAD_TABLE_EXISTS', `${shown} has other columns than the file`, {
      hint: 'Load into another table, or pass --replace.',
      notes: [`the table: ${spelled(there.columns)}`, `the file: ${spelled(rows)}`],
    });
  }
  try {
    await tx.query(`drop table ${table}`);
  } catch (error) {
    const fault = faultOf(error);
    if (fault?.sqlstate !== '2BP01') throw error;
    throw new ThauError(
      'LOAD_TABLE_EXISTS',
      `${shown} has other columns than the file, and other relations stand on it`,
      {
        hint: 'Load into a table of another name, or drop what stands on it first.',
        notes: (fault.detail ?? '').split('\n').slice(0, 5),
        cause: error,
      },
    );
  }
  await tx.query(`create table ${table} (${definitions})`);
}
