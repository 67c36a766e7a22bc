import type { Session } from '../../postgres/session.js';
import { withSetting } from '../../postgres/with-setting.js';
import { sqlName, type Relation, type RowStore } from '../relation.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import { withShortLock } from '../views/prepare-views.js';
import { recordView } from './become-versioned.js';
import { undoTo } from './undo-versions.js';
import { filteredView, wholeView, writingVersion } from './version-text.js';

/** How long readers of the current view are waited for, in milliseconds, before the relation is copied instead. */
const patience = 2000;

/** A smaller share of changed rows leaves a table's statistics as they are. */
const knownChange = 0.1;

export interface Opening {
  readonly state: string;
  readonly run: number;
  /** The published relation. */
  readonly current: Relation & { readonly store: RowStore };
  /** What `definitionOf` says of the node now. */
  readonly definition: string;
}

/**
 * Before a run writes to a versioned table: what an unpublished run left there is undone, and the view of the
 * published version is made to overlook what comes. Both are committed at once, each in a short transaction. Answers
 * why not, when the relation has to be copied instead.
 */
export async function openForWriting(session: Session, opening: Opening): Promise<string | undefined> {
  const { state, run, current, definition } = opening;
  const { store } = current;
  const { rows } = await session.query<{
    head: number;
    definition: string;
    kept: boolean;
    grown: boolean;
    aside: number;
    rows: number;
  }>(
    `select t.head, t.definition,
            exists (select from ${state}.versioned_views as v
                    join ${state}.mapping as m using (relation_schema, relation_name)
                    join ${state}.generations as g on g.generation = m.generation and g.retired_at is null
                    where v.table_schema = t.table_schema and v.table_name = t.table_name and v.version > $3) as kept,
            pg_relation_size(c.oid) > 16777216 and c.reltuples > 0 and pg_relation_size(c.oid)::float8 / greatest(c.reltuples, 1)
                > 2 * t.made_bytes / greatest(t.made_rows, 1)::float8 as grown,
            greatest(b.reltuples, 0)::float8 as aside, greatest(c.reltuples, 0)::float8 as rows
     from ${state}.versioned_tables as t
     join pg_class as c on c.oid = to_regclass(format('%I.%I', t.table_schema, t.table_name))
     join pg_class as b on b.oid = to_regclass(format('%I.%I', t.table_schema, t.superseded_name))
     where t.table_schema = $1 and t.table_name = $2`,
    [store.schema, store.table, store.version],
  );
  const [found] = rows;
  if (!found) return 'its table is gone';
  if (found.definition !== definition) return 'its indexes changed';
  if (found.kept) return 'a later generation of it is kept beside';
  if (found.grown) return 'half of its table is dead rows';
  if (found.aside > 1000 && found.aside > found.rows / 2) return 'it keeps too many superseded rows';
  if (found.head > store.version && !(await undoTo(session, state, store, run)))
    return 'another run writes to it';
  return (await overlookWhatComes(session, state, current)) ? undefined : 'its readers did not let go';
}

async function overlookWhatComes(
  session: Session,
  state: string,
  current: Opening['current'],
): Promise<boolean> {
  const columns = await columnsOf(session, current);
  const end = performance.now() + patience;
  do {
    const done = await withShortLock(session, async () => {
      await session.query(filteredView(current, current.store, columns));
      await session.query(
        `update ${state}.versioned_views set whole = false where relation_schema = $1 and relation_name = $2`,
        [current.schema, current.name],
      );
    });
    if (done) return true;
  } while (performance.now() < end);
  return false;
}

/**
 * In the candidate's transaction: makes the table this run's to write. False when the run is no longer the one that
 * holds the run lock, or another wrote since `openForWriting`.
 */
export async function beginVersion(
  tx: Session,
  state: string,
  current: Opening['current'],
  run: number,
): Promise<boolean> {
  const { store } = current;
  const { rows } = await tx.query<{ ready: boolean }>(
    `select t.head = $3 and not v.whole and exists (select from ${state}.run_lock where run_id = $4) as ready
     from ${state}.versioned_tables as t
     join ${state}.versioned_views as v on v.table_schema = t.table_schema and v.table_name = t.table_name
          and v.version = $3
     where t.table_schema = $1 and t.table_name = $2
     for update of t`,
    [store.schema, store.table, store.version, run],
  );
  if (rows[0]?.ready !== true) return false;
  await tx.query(
    `update ${state}.versioned_tables set head = $3 where table_schema = $1 and table_name = $2`,
    [store.schema, store.table, run],
  );
  await tx.query(writingVersion(run));
  return true;
}

/** After that many rows are written: the candidate, a view of the new version. */
export async function endVersion(
  tx: Session,
  state: string,
  current: Opening['current'],
  run: number,
  view: { readonly schema: string; readonly name: string },
  changed: number,
): Promise<RowStore> {
  const store: RowStore = { ...current.store, version: run };
  await tx.query(wholeView(view, store, await columnsOf(tx, current)));
  await recordView(tx, state, view, store);
  const [table, superseded] = [store.table, store.superseded].map((name) =>
    sqlName({ schema: store.schema, name }),
  );
  const { rows } = await tx.query<{ known: boolean }>(
    'select reltuples * $2 >= $3 as known from pg_class where oid = $1::regclass',
    [table, knownChange, changed],
  );
  // of a large table the statistics hold until more changed; autovacuum renews them in time
  if (rows[0]?.known !== true) await tx.query(`analyze ${table}`);
  // how many rows, and whether keys repeat; each time, so that no statistics tell of a person whose rows went
  await withSetting(tx, 'default_statistics_target', `'10'`, () => tx.query(`analyze ${superseded}`));
  return store;
}

async function columnsOf(session: Session, relation: Relation): Promise<readonly string[]> {
  const columns = await readColumns(session, [relation]);
  return (columns.get(placeKey(relation)) ?? []).map((column) => column.name);
}
