import { qualifiedName } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Touched } from './erase-rows.js';
import { removeValues, searchedColumns } from './text-search.js';
import { ValueSearch } from './value-search.js';

export interface CleanStateOptions {
  readonly stateSchema: string;
  /** The same, quoted. */
  readonly state: string;
  readonly values: readonly string[];
  readonly ids: readonly string[];
  /** What stands for the person from now on. */
  readonly pseudonym: string;
}

/** Tables of thau's own that hold no values of people, or hold them on purpose until the erasure is done. */
const untouched = new Set(['erasures', 'erased_records', 'privacy_log', 'api_keys', 'settings']);

/**
 * What thau itself noted of a person: messages of runs, compiled SQL with literals, requests, the audit of who read
 * whom, the rows that tests stored when they failed, and answers that were made ready.
 */
export async function cleanState(tx: Queryable, options: CleanStateOptions): Promise<readonly Touched[]> {
  const { stateSchema, state, values, ids, pseudonym } = options;
  const touched: Touched[] = [];
  const { rowCount } = await tx.query(
    `update ${state}.subject_reads
     set subjects = array(select case when regexp_replace(s, '^[_A-Za-z]\\w*:', '') = any ($1) then $2 else s end
                          from unnest(subjects) as s)
     where exists (select from unnest(subjects) as s where regexp_replace(s, '^[_A-Za-z]\\w*:', '') = any ($1))`,
    [ids, pseudonym],
  );
  if (rowCount > 0) {
    touched.push({
      table: `${stateSchema}.subject_reads`,
      how: 'pseudonymised',
      rows: rowCount,
      columns: ['subjects'],
      paths: ['the audit of who read whose data'],
    });
  }
  if (values.length === 0) return touched;
  const search = new ValueSearch(values);
  const { rows } = await tx.query<{ schema: string; name: string; is_own: boolean }>(
    `select n.nspname as schema, c.relname as name,
            n.nspname = $1 and c.relname !~ '^document_[0-9a-f]{24}$' as is_own
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind = 'r'
       and (n.nspname = $1 or exists (select from ${state}.relations as r
                                      where r.relation_schema = n.nspname and r.relation_name = c.relname
                                        and r.run_id = 0 and not exists (
                                            select from ${state}.versioned_tables as t
                                            where t.table_schema = n.nspname and c.relname in (t.table_name, t.superseded_name))))
     order by 1, 2`,
    [stateSchema],
  );
  for (const table of rows.filter(({ name, is_own: isOwn }) => !isOwn || !untouched.has(name))) {
    const title = `${table.schema}.${table.name}`;
    if (table.is_own) {
      const changed = await removeValues(tx, table, values);
      if (changed.rows > 0)
        touched.push({
          table: title,
          how: 'values removed',
          ...changed,
          paths: ['what thau notes of its work'],
        });
      continue;
    }
    // rows that a failing test stored, and documents served ready: whole rows of the person
    const holds = search.inRow(await searchedColumns(tx, table));
    const gone = await tx.query(`delete from ${qualifiedName(table.schema, table.name)} as r where ${holds}`);
    if (gone.rowCount > 0)
      touched.push({
        table: title,
        how: 'deleted',
        rows: gone.rowCount,
        paths: ['copies of rows that thau keeps'],
      });
  }
  return touched;
}
