import { readGeneration } from '../build/publish/generation.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import { conditionsOf, eraseRows, type EraseRows, type Touched } from './erase-rows.js';
import type { Records } from './find-records.js';
import type { Place, Places } from './places.js';
import { policyOf } from './policy.js';
import type { SubjectColumns } from './subject-columns.js';

export interface RememberingOptions extends Pick<EraseRows, 'personal' | 'salt' | 'dryRun'> {
  readonly state: string;
  readonly places: Places;
  readonly subjects: SubjectColumns;
  readonly ids: readonly string[];
  readonly records: readonly Records[];
}

/**
 * Models whose rows outlive the rows they were made of: incremental ones, snapshots, and those of a project's own
 * materialisations. A run over cleaned sources leaves them as they are, so the person's rows are erased in place;
 * every other relation is built anew.
 */
export async function eraseRemembered(tx: Session, options: RememberingOptions): Promise<readonly Touched[]> {
  const { places, subjects, ids, records, state } = options;
  const generation = await readGeneration(tx, state);
  const touched: Touched[] = [];
  for (const place of places.values()) {
    if (!remembers(place)) continue;
    const own = (subjects.get(place.id) ?? []).map(
      (column) => `r.${quoteIdentifier(column)}::text = any ($1)`,
    );
    const reached = conditionsOf(records.filter((one) => one.place.id === place.id));
    const conditions = [
      ...(own.length > 0 ? [{ sql: own.join(' or '), values: [ids] }] : []),
      ...reached.conditions,
    ];
    if (conditions.length === 0) continue;
    const paths =
      own.length > 0 ? [`${place.title}.${subjects.get(place.id)?.join('+') ?? ''}`] : reached.paths;
    const store = generation.nodes.get(place.id)?.relation.store;
    const tables = store
      ? [store.table, store.superseded].map((name) => ({ schema: store.schema, name }))
      : [{ schema: place.schema, name: place.name }];
    for (const table of tables) {
      // what a versioned table keeps aside when a row goes is what must not be kept
      const name = qualifiedName(table.schema, table.name);
      if (store && !options.dryRun) await tx.query(`alter table ${name} disable trigger user`);
      touched.push(
        await eraseRows(tx, {
          ...options,
          place: { ...place, ...table, title: store ? `${table.schema}.${table.name}` : place.title },
          policy: policyOf(place, 'delete'),
          conditions,
          keyColumns: reached.keyColumns,
          paths,
        }),
      );
      if (store && !options.dryRun) await tx.query(`alter table ${name} enable trigger user`);
    }
  }
  return touched.filter(({ rows }) => rows > 0);
}

function remembers({ kind, node }: Place): boolean {
  if (kind === 'source' || !node) return false;
  if (node.resource_type === 'snapshot') return true;
  return (
    node.resource_type === 'model' &&
    !['table', 'view', 'materialized_view', 'ephemeral'].includes(node.config.materialized)
  );
}
