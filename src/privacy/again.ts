import { hostname } from 'node:os';
import { qualifiedName, quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import type { Database } from '../postgres/database.js';
import { looksOf, rememberLook } from './delivered-since.js';
import { findSalt, saltedSql } from './salt.js';

export interface AgainOptions {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly by: string;
}

interface Row {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** The row goes; else it stays, emptied. */
  readonly goes: boolean;
  /** What is emptied, and whether it can be null. */
  readonly empties: readonly { readonly name: string; readonly nullable: boolean }[] | null;
}

/**
 * Erases records that were erased before and are delivered again, before a run reads them: a source that was not told
 * goes on sending them. A record with another key is none of them: a person who comes back begins anew. Answers the
 * number of rows by table.
 */
export async function eraseAgain({
  database,
  state,
  by,
}: AgainOptions): Promise<ReadonlyMap<string, number>> {
  const gone = new Map<string, number>();
  const { rows } = await database.query<Row>(
    `select source_schema as schema, source_table as name, key_columns as columns,
            (select jsonb_agg(jsonb_build_object('name', a.attname, 'nullable', not a.attnotnull))
             from pg_attribute as a
             where a.attrelid = to_regclass(format('%I.%I', source_schema, source_table)) and a.attname = any (empties)) as empties,
            empties is null as goes
     from (select distinct source_schema, source_table, key_columns, empties from ${state}.erased_records) as e
     where to_regclass(format('%I.%I', source_schema, source_table)) is not null`,
  );
  if (rows.length === 0) return gone;
  const salt = (await findSalt(database, state)) ?? '';
  const looks = await looksOf(database, state, rows);
  for (const { schema, name, columns, empties, goes } of rows) {
    // nothing of it was personal
    if (!goes && empties === null) continue;
    const relation = qualifiedName(schema, name);
    // to hash the keys of all rows of a large table at each run would cost more than a day's new rows
    const since = looks.get(`${schema}.${name}`)?.since;
    const isNew = since === undefined ? '' : `age(r.xmin) <= age(${quoteLiteral(since)}::xid) and `;
    const known = `${isNew}exists (select from ${state}.erased_records as e
      where e.source_schema = $2 and e.source_table = $3 and e.key_columns = $4
        and e.key_hash = ${saltedSql(columns.join(` || e'\\x1f' || `), 1)})`;
    const emptied = (empties ?? []).map((one) => ({
      column: quoteIdentifier(one.name),
      value: one.nullable ? 'null' : "''",
    }));
    const { rowCount } = await database.query(
      goes
        ? `delete from ${relation} as r where ${known}`
        : `update ${relation} as r set ${emptied.map(({ column, value }) => `${column} = ${value}`).join(', ')}
           where (${emptied.map(({ column, value }) => `r.${column} is distinct from ${value}`).join(' or ')}) and ${known}`,
      [salt, schema, name, columns],
    );
    if (rowCount === 0) continue;
    gone.set(`${schema}.${name}`, (gone.get(`${schema}.${name}`) ?? 0) + rowCount);
    await database.query(
      `insert into ${state}.privacy_log (done_by, host, what, row_count) values ($1, $2, 'erase again', $3)`,
      [by, hostname(), rowCount],
    );
  }
  await rememberLook(database, state, looks);
  return gone;
}
