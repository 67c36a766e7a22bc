import { faultOf } from '../../postgres/fault.js';
import { quoteLiteral } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { sqlName } from '../relation.js';
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
  /** Autovacuum was told to wait until the run that made the table has ended. */
  waits: boolean;
}

/**
 * Keeps versioned tables small and their readers quick, after garbage was collected: rows that no kept version needs
 * go, what an unpublished run left is undone, the view of the newest version reads the table whole again, autovacuum
 * comes to tables whose run has ended, and tables without any view are dropped.
 */
export async function tendVersions(session: Session, state: string): Promise<void> {
  const { rows } = await session.query<Tended>(
    `select t.table_schema as schema, t.table_name as "table", t.superseded_name as superseded, t.head,
            exists (select from ${state}.runs as run where run.run_id = t.head and run.state = 'running') as busy,
            v.views, v.oldest, v.newest, w.relation_schema as view_schema, w.relation_name as view_name, w.whole,
            exists (select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
                    where n.nspname = t.table_schema and c.relname = t.table_name
                        and c.reloptions @> array['autovacuum_enabled=false']) as waits
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
  const alive = rows.filter((table) => table.newest !== null && table.oldest !== null && !table.busy);
  for (const table of rows) if (table.views === 0) await dropTables(session, state, table);
  for (const table of alive) {
    if (table.newest !== null && table.head > table.newest) {
      await undoTo(session, state, { ...table, version: table.newest }, null);
    }
  }
  await prune(session, alive);
  await readWhole(session, state, alive);
  await letVacuum(session, alive);
}

/** Those that a run made are autovacuum's from now on; one that somebody keeps locked, the next time. */
async function letVacuum(session: Session, tables: readonly Tended[]): Promise<void> {
  for (const { schema, table: name } of tables.filter((table) => table.waits)) {
    await withShortLock(session, async () => {
      await session.query(`alter table ${sqlName({ schema, name })} reset (autovacuum_enabled)`);
    });
  }
}

/** Rows that were taken away before the oldest kept version, or with it, are nobody's. Each table by itself. */
async function prune(session: Session, tables: readonly Tended[]): Promise<void> {
  const statements = tables.map(({ schema, superseded, oldest }) => {
    const name = sqlName({ schema, name: superseded });
    return `begin;\ndelete from ${name} where ${toColumn} <= ${oldest ?? 0};\ncommit`;
  });
  if (statements.length === 0) return;
  try {
    await session.query(statements.join(';\n'));
  } catch (error) {
    await session.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Each view in a transaction of its own, within one statement sent. */
async function readWhole(session: Session, state: string, tables: readonly Tended[]): Promise<void> {
  const views = tables.flatMap(({ view_schema: schema, view_name: name, whole, newest, ...store }) =>
    schema !== null && name !== null && newest !== null && whole === false
      ? [{ schema, name, store: { ...store, version: newest } }]
      : [],
  );
  if (views.length === 0) return;
  const columns = await readColumns(session, views);
  const work = views.map((view) => {
    const { store } = view;
    const names = (columns.get(placeKey(view)) ?? []).map((column) => column.name);
    return {
      schema_name: view.schema,
      name: view.name,
      table_schema: store.schema,
      table_name: store.table,
      version: store.version,
      statement: wholeView(view, store, names),
    };
  });
  await session.query(`do ${quoteLiteral(readEachWhole(state, JSON.stringify(work)))}`);
}

/** Readers that keep a view locked keep the slower text until the next time. */
function readEachWhole(state: string, work: string): string {
  return `declare
    one record;
begin
    for one in
        select w.* from jsonb_to_recordset(${quoteLiteral(work)}::jsonb) as w (
            schema_name text, name text, table_schema text, table_name text, version bigint, statement text)
    loop
        begin
            perform set_config('lock_timeout', '50ms', true);
            perform from ${state}.versioned_tables as t
            where t.table_schema = one.table_schema and t.table_name = one.table_name for update;
            -- a snapshot from before rows were undone (xmin: their row was written then) still has them in the table,
            -- but the text of the view it reads is always the present one
            perform from ${state}.versioned_tables as t
            where t.table_schema = one.table_schema and t.table_name = one.table_name and t.head = one.version
                and coalesce((select max(age(a.backend_xmin)) from pg_stat_activity as a
                              where a.backend_xmin is not null and a.pid <> pg_backend_pid()
                                  and a.datname = current_database()) < age(t.xmin), true)
                and (pg_has_role(current_user, 'pg_read_all_stats', 'usage')
                     or not exists (select from pg_locks as l join pg_stat_activity as a using (pid)
                                    where l.locktype = 'virtualxid' and l.granted and l.pid <> pg_backend_pid()
                                        and a.datname = current_database()));
            if found then
                execute one.statement;
                update ${state}.versioned_views as v set whole = true
                where v.relation_schema = one.schema_name and v.relation_name = one.name;
            end if;
        exception when lock_not_available or deadlock_detected then null;
        end;
        commit;
    end loop;
end`;
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
