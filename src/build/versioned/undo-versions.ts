import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { sqlName, type RowStore } from '../relation.js';
import { fromColumn, toColumn, writingVersion } from './version-text.js';

/**
 * Brings a versioned table back to an earlier version: what later runs added goes, what they took away comes back.
 * Only for runs whose rows nobody is to see any more. `run` is the run that asks, and must hold the run lock; without
 * it, the run that wrote last must have ended. Answers whether the table holds the version now.
 */
export async function undoTo(
  session: Session,
  state: string,
  store: RowStore,
  run: number | null,
): Promise<boolean> {
  const { schema, version } = store;
  const table = sqlName({ schema, name: store.table });
  const superseded = sqlName({ schema, name: store.superseded });
  return session.transaction(async (tx) => {
    const { rows } = await tx.query<{ head: number; mine: boolean }>(
      `select t.head,
              case when $3::bigint is null
                  then not exists (select from ${state}.runs where run_id = t.head and state = 'running')
                  else exists (select from ${state}.run_lock where run_id = $3) end as mine
       from ${state}.versioned_tables as t where t.table_schema = $1 and t.table_name = $2 for update of t`,
      [schema, store.table, run],
    );
    const [found] = rows;
    if (!found?.mine || found.head <= version) return found?.head === version;
    // as the run after the wanted one: rows from then on are not kept when they go
    await tx.query(writingVersion(version + 1));
    await tx.query(`delete from ${table} where ${fromColumn} > ${version}`);
    const columns = await tx.query<{ list: string }>(
      `select string_agg(quote_ident(attname), ', ' order by attnum) as list from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> '${toColumn}'`,
      [superseded],
    );
    const list = columns.rows[0]?.list ?? quoteIdentifier(fromColumn);
    await tx.query(
      `with back as (
           delete from ${superseded} where ${toColumn} > ${version} returning *
       )
       insert into ${table} (${list}) select ${list} from back where ${fromColumn} is null or ${fromColumn} <= ${version}`,
    );
    await tx.query(
      `update ${state}.versioned_tables set head = $3 where table_schema = $1 and table_name = $2`,
      [schema, store.table, version],
    );
    return true;
  });
}
