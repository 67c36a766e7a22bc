import type { Session } from '../../postgres/session.js';
import { quoteLiteral } from '../../postgres/identifier.js';
import { analyzeRoughly } from '../../postgres/with-setting.js';
import { sqlName, type Relation, type RowStore } from '../relation.js';
import type { Column } from '../views/view-text.js';
import { withShortLock } from '../views/prepare-views.js';
import { recordView } from './become-versioned.js';
import { undoTo } from './undo-versions.js';
import { filteredView, versionSetting, wholeView } from './version-text.js';

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

/** A published relation that a run may write to, and what is known of it. */
export interface OpenRelation extends Relation {
  readonly store: RowStore;
  readonly columns: readonly Column[];
  /** Of its table, as PostgreSQL estimates. */
  readonly rows: number;
}

/**
 * Before a run writes to a versioned table: what an unpublished run left there is undone, and the view of the
 * published version is made to overlook what comes. Both are committed at once, each in a short transaction. Answers
 * why not, when the relation has to be copied instead.
 */
export async function openForWriting(session: Session, opening: Opening): Promise<OpenRelation | string> {
  const { state, run, current, definition } = opening;
  const { store } = current;
  const { rows } = await session.queryNamed<{
    head: number;
    definition: string;
    kept: boolean;
    grown: boolean;
    aside: number;
    rows: number;
    columns: readonly Column[] | null;
  }>(
    'thau_open_version',
    `select t.head, t.definition,
            exists (select from ${state}.versioned_views as v
                    join ${state}.mapping as m using (relation_schema, relation_name)
                    join ${state}.generations as g on g.generation = m.generation and g.retired_at is null
                    where v.table_schema = t.table_schema and v.table_name = t.table_name and v.version > $3) as kept,
            pg_relation_size(c.oid) > 16777216 and c.reltuples > 0 and pg_relation_size(c.oid)::float8 / greatest(c.reltuples, 1)
                > 2 * t.made_bytes / greatest(t.made_rows, 1)::float8 as grown,
            greatest(b.reltuples, 0)::float8 as aside, greatest(c.reltuples, 0)::float8 as rows,
            (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
                              order by a.attnum)
             from pg_attribute as a
             where a.attrelid = to_regclass(format('%I.%I', $4::text, $5::text)) and a.attnum > 0
                 and not a.attisdropped) as columns
     from ${state}.versioned_tables as t
     join pg_class as c on c.oid = to_regclass(format('%I.%I', t.table_schema, t.table_name))
     join pg_class as b on b.oid = to_regclass(format('%I.%I', t.table_schema, t.superseded_name))
     where t.table_schema = $1 and t.table_name = $2`,
    [store.schema, store.table, store.version, current.schema, current.name],
  );
  const [found] = rows;
  if (!found) return 'its table is gone';
  if (found.definition !== definition) return 'its indexes changed';
  if (found.kept) return 'a later generation of it is kept beside';
  if (found.grown) return 'half of its table is dead rows';
  if (found.aside > 1000 && found.aside > found.rows / 2) return 'it keeps too many superseded rows';
  if (found.head > store.version && !(await undoTo(session, state, store, run)))
    return 'another run writes to it';
  const open = { ...current, columns: found.columns ?? [], rows: found.rows };
  return (await overlookWhatComes(session, state, open)) ? open : 'its readers did not let go';
}

async function overlookWhatComes(session: Session, state: string, current: OpenRelation): Promise<boolean> {
  const end = performance.now() + patience;
  do {
    const done = await withShortLock(session, () => {
      session.later(filteredView(current, current.store, namesOf(current)));
      session.later(
        `update ${state}.versioned_views set whole = false
         where relation_schema = ${quoteLiteral(current.schema)} and relation_name = ${quoteLiteral(current.name)}`,
      );
      return Promise.resolve();
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
  { store }: OpenRelation,
  run: number,
): Promise<boolean> {
  const { rowCount } = await tx.joined(
    `update ${state}.versioned_tables as t set head = ${run}
     from ${state}.versioned_views as v
     where t.table_schema = ${quoteLiteral(store.schema)} and t.table_name = ${quoteLiteral(store.table)}
         and t.head = ${store.version} and v.table_schema = t.table_schema and v.table_name = t.table_name
         and v.version = ${store.version} and not v.whole
         and exists (select from ${state}.run_lock where run_id = ${run})
     returning set_config('${versionSetting}', '${run}', true)`,
  );
  return rowCount > 0;
}

/** After that many rows are written: the candidate, a view of the new version. It is there with the next statement. */
export async function endVersion(
  tx: Session,
  state: string,
  current: OpenRelation,
  run: number,
  view: { readonly schema: string; readonly name: string },
  changed: number,
): Promise<RowStore> {
  const store: RowStore = { ...current.store, version: run };
  tx.later(wholeView(view, store, namesOf(current)));
  recordView(tx, state, view, store);
  // of a large table the statistics hold until more changed; autovacuum renews them in time
  if (current.rows * knownChange < changed)
    tx.later(`analyze ${sqlName({ schema: store.schema, name: store.table })}`);
  // each time, so that no statistics tell of a person whose rows went
  await analyzeRoughly(tx, sqlName({ schema: store.schema, name: store.superseded }));
  return store;
}

function namesOf({ columns }: OpenRelation): readonly string[] {
  return columns.map((column) => column.name);
}
