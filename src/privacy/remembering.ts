import { readGeneration } from '../build/publish/generation.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import type { Touched } from './erase-rows.js';
import type { Place, Places } from './places.js';
import { policyOf } from './policy.js';
import type { SubjectColumns } from './subject-columns.js';
import type { Survey } from './survey.js';
import { hashedValues, valuesPattern } from './text-search.js';

export interface RememberedOptions {
  readonly survey: Survey;
  readonly ids: readonly string[];
  /** Texts that name the person and nobody else. */
  readonly keys: readonly string[];
  readonly salt: string;
}

/**
 * Models whose rows outlive what they were made of: snapshots, incremental models that are never built in full, a
 * project's own materialisations. A run over cleaned sources leaves their rows as they are, so these are erased after
 * it in place: by the subject's key, and by every identifier they hold. With `erase: pseudonymise` hashes stand for the
 * identifiers, since a model that counts what it has written must not lose rows.
 */
export async function eraseRemembered(tx: Session, options: RememberedOptions): Promise<readonly Touched[]> {
  const { survey, ids, keys, salt } = options;
  const generation = await readGeneration(tx, survey.state);
  const touched: Touched[] = [];
  for (const place of [...survey.places.values()].filter(remembers)) {
    const { how, because } = policyOf(place, 'delete');
    if (how === 'keep') continue;
    const subjects = survey.subjects.get(place.id) ?? [];
    const named = keys.length > 0 ? ['r::text ~* $1'] : [];
    const owned = subjects.map((column) => `r.${quoteIdentifier(column)}::text = any ($2)`);
    const store = generation.nodes.get(place.id)?.relation.store;
    const tables = store
      ? [store.table, store.superseded].map((name) => ({ schema: store.schema, name }))
      : [{ schema: place.schema, name: place.name }];
    for (const table of tables) {
      const relation = qualifiedName(table.schema, table.name);
      // what a versioned table would keep aside, and count as written now, is what must go
      if (store) await tx.query(`alter table ${relation} disable trigger user`);
      const where = how === 'delete' ? [...named, ...owned] : named;
      const values = [valuesPattern(keys), ...(where.some((one) => one.includes('$2')) ? [ids] : [])];
      let rows = 0;
      if (where.length > 0) {
        const sets = textColumns(place).map((name) => {
          const column = quoteIdentifier(name);
          return `${column} = ${hashedValues(`${column}::text`, keys, salt)}`;
        });
        // $1 must be seen even where no text is looked at
        const condition = `(${where.join(' or ')}) and $1::text is not null`;
        const text =
          how === 'delete'
            ? `delete from ${relation} as r where ${condition}`
            : `update ${relation} as r set ${sets.join(', ')} where ${condition}`;
        if (how === 'delete' || sets.length > 0) rows = (await tx.query(text, values)).rowCount;
      }
      if (store) await tx.query(`alter table ${relation} enable trigger user`);
      if (rows === 0) continue;
      // `pg_stats` shows the commonest values
      await tx.query(`analyze ${relation}`);
      const path =
        subjects.length > 0
          ? `${place.title}.${subjects.join('+')}`
          : `${place.title}: rows that hold an identifier`;
      touched.push({
        table: store ? `${table.schema}.${table.name}` : place.title,
        how: how === 'delete' ? 'deleted' : 'pseudonymised',
        rows,
        paths: [path],
        ...(because !== undefined && { because }),
      });
    }
  }
  return touched;
}

/** What a dry run says of them: their rows are counted when they are erased. */
export function rememberedTables(places: Places, subjects: SubjectColumns): readonly Touched[] {
  return [...places.values()].filter(remembers).map((place) => {
    const { how, because } = policyOf(place, 'delete');
    return {
      table: place.title,
      how: how === 'keep' ? 'kept' : how === 'pseudonymise' ? 'pseudonymised' : 'deleted',
      rows: 0,
      paths: [
        `${place.title}${subjects.has(place.id) ? `.${subjects.get(place.id)?.join('+') ?? ''}` : ''}, after the run`,
      ],
      ...(because !== undefined && { because }),
    };
  });
}

/** Whether a run in full leaves its rows alone. */
function remembers({ kind, node }: Place): boolean {
  if (kind === 'source' || !node) return false;
  if (node.resource_type === 'snapshot') return true;
  if (node.resource_type !== 'model') return false;
  const { materialized } = node.config;
  if (materialized === 'incremental') return node.config['full_refresh'] === false;
  return !['table', 'view', 'materialized_view', 'ephemeral'].includes(materialized);
}

function textColumns({ columns }: Place): readonly string[] {
  return columns
    .filter(({ type }) => /^(?:text|character varying)(?:\(\d+\))?$/.test(type))
    .map(({ name }) => name);
}
