import { faultOf } from '../../postgres/fault.js';
import type { Session } from '../../postgres/session.js';
import { sqlName, type RowStore } from '../relation.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import { withShortLock } from '../views/prepare-views.js';
import { undoTo } from './undo-versions.js';
import { toColumn, wholeView } from './version-text.js';

interface Tended {
  schema: string;
  table: string;
  superseded: string;
  head: number;
  /** The run of the newest rows is still going on. */
  busy: boolean;
  views: number;
  oldest: number | null;
  newest: number | null;
  view_schema: string | null;
  view_name: string | null;
  whole: boolean | null;
}

/**
 * Keeps versioned tables small and their readers quick, after garbage was collected: rows that no kept version needs
 * go, what an unpublished run left is undone, the view of the newest version reads the table whole again, and tables
 * without any view are dropped.
 */
export async function tendVersions(session: Session, state: string): Promise<void> {
  const { rows } = await session.query<Tended>(
    `select t.table_schema as schema, t.table_name as "table", t.superseded_name as superseded, t.head,
            exists (select from ${state}.runs as run where run.run_id = t.head and run.state = 'running') as busy,
            v.views, v.oldest, v.newest, w.relation_schema as view_schema, w.relation_name as view_name, w.whole
     from ${state}.versioned_tables as t
     cross join lateral (
         select count(*)::integer as views, min(v.version) filter (where r.retired_at is null) as oldest,
                max(v.version) filter (where r.retired_at is null) as newest
         from ${state}.versioned_views as v join ${state}.relations as r using (relation_schema, relation_name)
         where v.table_schema = t.table_schema and v.table_name = t.table_name
     ) as v
     left join ${state}.versioned_views as w
         on w.table_schema = t.table_schema and w.table_name = t.table_name and w.version = v.newest`,
  );
  for (const table of rows) {
    if (table.views === 0) await dropTables(session, state, table);
    if (table.newest === null || table.oldest === null || table.busy) continue;
    if (table.head > table.newest) await undoTo(session, state, { ...table, version: table.newest }, null);
    await prune(session, table, table.oldest);
    if (table.view_schema !== null && table.view_name !== null && table.whole === false) {
      const view = { schema: table.view_schema, name: table.view_name };
      await readWhole(session, state, view, { ...table, version: table.newest });
    }
  }
}

/** Rows that were taken away before the oldest kept version, or with it, are nobody's. */
async function prune(session: Session, table: Tended, oldest: number): Promise<void> {
  await session.query(
    `delete from ${sqlName({ schema: table.schema, name: table.superseded })} where ${toColumn} <= ${oldest}`,
  );
}

async function readWhole(
  session: Session,
  state: string,
  view: { readonly schema: string; readonly name: string },
  store: RowStore,
): Promise<void> {
  const columns = (await readColumns(session, [view])).get(placeKey(view)) ?? [];
  // readers that keep it locked keep the slower text until the next time
  await withShortLock(session, async () => {
    // a snapshot from before rows were undone (xmin: their row was written then) still has them in the table, but the
    // text of the view it reads is always the present one
    const { rows } = await session.query<{ head: number; seen: boolean }>(
      `select t.head,
              coalesce((select max(age(a.backend_xmin)) from pg_stat_activity as a
                        where a.backend_xmin is not null and a.pid <> pg_backend_pid()
                          and a.datname = current_database()) >= age(t.xmin), false)
              or (not pg_has_role(current_user, 'pg_read_all_stats', 'usage')
                  and exists (select from pg_locks as l join pg_stat_activity as a using (pid)
                              where l.locktype = 'virtualxid' and l.granted and l.pid <> pg_backend_pid()
                                and a.datname = current_database())) as seen
       from ${state}.versioned_tables as t where t.table_schema = $1 and t.table_name = $2 for update of t`,
      [store.schema, store.table],
    );
    if (rows[0]?.head !== store.version || rows[0].seen) return;
    const names = columns.map((column) => column.name);
    await session.query(wholeView(view, store, names));
    await session.query(
      `update ${state}.versioned_views set whole = true where relation_schema = $1 and relation_name = $2`,
      [view.schema, view.name],
    );
  });
}

async function dropTables(
  session: Session,
  state: string,
  { schema, table, superseded }: Tended,
): Promise<void> {
  try {
    await withShortLock(session, async () => {
      for (const name of [table, superseded]) {
        await session.query(`drop table if exists ${sqlName({ schema, name })}`);
        await session.query(
          `delete from ${state}.relations where relation_schema = $1 and relation_name = $2`,
          [schema, name],
        );
      }
    });
  } catch (error) {
    // somebody built on it: it stays
    if (faultOf(error)?.sqlstate !== '2BP01') throw error;
  }
}
