import { quoteIdentifier, quoteLiteral } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { createIndexes } from '../materialisations/indexes.js';
import { sqlName, type RowStore } from '../relation.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import { definitionOf, indexesSuperseded } from './definition.js';
import { fromColumn, storeName, toColumn, versionSetting, wholeView } from './version-text.js';

/** Stands in `relations.run_id` for tables that outlive the run that made them: their views are what is collected. */
export const sharedByRuns = 0;

export interface NewStore {
  readonly tx: Session;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly run: number;
  readonly node: ManifestNode;
  readonly config: NodeConfig;
  /** The table just made, with its indexes, not yet seen by anyone; a view takes its place. */
  readonly made: { readonly schema: string; readonly name: string };
}

/**
 * Makes a candidate that is a table into the first version of a versioned relation. No row is touched: the new column
 * is null in them. Undefined where a column of the model's own has that name: then it stays a table.
 */
export async function becomeVersioned(input: NewStore): Promise<RowStore | undefined> {
  const { tx, state, run, node, config, made } = input;
  const columns = ((await readColumns(tx, [made])).get(placeKey(made)) ?? []).map((column) => column.name);
  if (columns.length === 0 || columns.includes(fromColumn) || columns.includes(toColumn)) return undefined;
  const store: RowStore = {
    schema: made.schema,
    table: storeName(made.name, 'versions'),
    superseded: storeName(made.name, 'superseded'),
    version: run,
  };
  const table = { schema: store.schema, name: store.table };
  const superseded = { schema: store.schema, name: store.superseded };
  const [name, beside] = [sqlName(table), sqlName(superseded)];
  await tx.query(
    [
      `alter table ${sqlName(made)} rename to ${quoteIdentifier(store.table)}`,
      // null in every present row: a default for them would keep PostgreSQL from reading rows as they lie
      // (build_physical_tlist). Later rows take the run's that writes them
      `alter table ${name} add column ${fromColumn} integer`,
      `alter table ${name} alter column ${fromColumn} set default current_setting('${versionSetting}')::integer`,
      // soon after a run, since pages that are known to be visible to all are quicker to read; but not while it goes
      // on, beside what it builds and reads (`tendVersions` ends that)
      `alter table ${name} set (autovacuum_vacuum_scale_factor = 0.005,
           autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_analyze_scale_factor = 0.05,
           autovacuum_enabled = false)`,
      `create table ${beside} (like ${name} including storage including compression, ${toColumn} integer not null)`,
      ...(['delete', 'update'] as const).map(
        (event) =>
          `create trigger thau_keep_after_${event} after ${event} on ${name}
           referencing old table as superseded for each statement
           execute function ${state}.keep_superseded(${quoteLiteral(beside)})`,
      ),
      `create trigger thau_stamp before update on ${name} for each row execute function ${state}.stamp_version()`,
      `create index on ${beside} (${toColumn})`,
      // the two columns of its own tell how many rows a version has there; of the others nobody has to know, and no
      // statistics tell of a person whose rows went
      `alter table ${beside} ${columns.map((column) => `alter column ${quoteIdentifier(column)} set statistics 0`).join(', ')}`,
      wholeView(made, store, columns),
    ].join(';\n'),
  );
  if (indexesSuperseded(config)) await createIndexes(tx, superseded, plainIndexes(config), node);
  await tx.query(
    `insert into ${state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
     select $1, t.name, 'table', ${sharedByRuns}, $4 from unnest(array[$2, $3]) as t (name)`,
    [store.schema, store.table, store.superseded, node.unique_id],
  );
  await tx.query(
    `insert into ${state}.versioned_tables (table_schema, table_name, superseded_name, head, definition,
                                            made_rows, made_bytes)
     select $1, $2, $3, $4, $5, greatest(c.reltuples, 0)::bigint, pg_relation_size(c.oid)
     from pg_class as c where c.oid = $6::regclass`,
    [store.schema, store.table, store.superseded, run, definitionOf(config), name],
  );
  recordView(tx, state, made, store);
  return store;
}

/** Notes which version a new view shows, with the next statement; it reads the table whole. */
export function recordView(
  tx: Session,
  state: string,
  view: { readonly schema: string; readonly name: string },
  store: RowStore,
): void {
  const names = [view.schema, view.name, store.schema, store.table].map(quoteLiteral).join(', ');
  tx.later(
    `insert into ${state}.versioned_views (relation_schema, relation_name, table_schema, table_name, version, whole)
     values (${names}, ${store.version}, true)`,
  );
}

/** The node's indexes for the table beside: what is unique in one version is not across versions. */
function plainIndexes(config: NodeConfig): NodeConfig {
  const indexes: unknown = config['indexes'];
  if (!Array.isArray(indexes)) return config;
  return {
    ...config,
    indexes: indexes.map((index: unknown) => ({ ...(index as Record<string, unknown>), unique: false })),
  };
}
