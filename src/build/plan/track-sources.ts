import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Database } from '../../postgres/database.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { SourceNode } from '../../project/manifest.js';
import { tablesBehind } from './table-states.js';

/** thau's trigger on a tracked table. */
const trigger = 'thau_source_changed';

interface Behind {
  readonly place: number;
  /** Quoted, for SQL. */
  readonly name: string;
  readonly kind: string;
}

/**
 * Puts a statement trigger on every table behind the sources: each transaction that writes leaves a row in thau's own
 * schema and says so by NOTIFY. What is tracked is known exactly and at once; writers pay one insert per transaction.
 * Answers the tables.
 */
export async function trackSources(
  database: Database,
  stateSchema: string,
  sources: readonly SourceNode[],
): Promise<readonly string[]> {
  const behind = await readBehind(database, sources);
  for (const [index, source] of sources.entries()) {
    const own = behind.filter(({ place }) => place === index + 1);
    const other = own.find(({ kind }) => !['r', 'p', 'v'].includes(kind));
    if (own.length > 0 && !other) continue;
    throw new ThauError(
      'BUILD_CANNOT_TRACK',
      other
        ? `${source.source_name}.${source.name} reads ${other.name}, which is no table: no trigger can stand on it.`
        : `${source.source_name}.${source.name} names ${source.schema}.${source.identifier}, which does not exist.`,
      { hint: 'Set loaded_at_field for it, or let its counters speak.' },
    );
  }
  const tables = tablesOf(behind);
  await database.transaction(async (tx) => {
    for (const name of tables) {
      await tx.query(
        `create or replace trigger ${trigger} after insert or update or delete or truncate on ${name}
         for each statement execute function ${quoteIdentifier(stateSchema)}.source_changed();
         alter table ${name} enable always trigger ${trigger}`,
      );
    }
  });
  return tables;
}

/** Takes the triggers away again. */
export async function untrackSources(
  database: Database,
  sources: readonly SourceNode[],
): Promise<readonly string[]> {
  const tables = tablesOf(await readBehind(database, sources));
  await database.transaction(async (tx) => {
    for (const name of tables) await tx.query(`drop trigger if exists ${trigger} on ${name}`);
  });
  return tables;
}

/**
 * Adds up the rows that are committed by now, under the run lock. Rows and sum change in one transaction, so that a
 * count of both is the same before and after.
 */
export async function foldSourceChanges(database: Queryable, state: string): Promise<void> {
  await database.query(
    `with gone as (
         delete from ${state}.source_changes returning relation
     )
     insert into ${state}.source_changes_before as b (relation, counted)
     select relation, count(*) from gone group by relation
     on conflict (relation) do update set counted = b.counted + excluded.counted`,
  );
}

async function readBehind(database: Queryable, sources: readonly SourceNode[]): Promise<readonly Behind[]> {
  const { rows } = await database.query<Behind>(
    `with recursive ${tablesBehind}
     select b.place::int as place, format('%I.%I', n.nspname, c.relname) as name, b.relkind::text as kind
     from behind as b join pg_class as c on c.oid = b.oid join pg_namespace as n on n.oid = c.relnamespace
     order by 1, 2`,
    [sources.map((source) => source.schema), sources.map((source) => source.identifier)],
  );
  return rows;
}

function tablesOf(behind: readonly Behind[]): readonly string[] {
  return [...new Set(behind.filter(({ kind }) => kind !== 'v').map(({ name }) => name))].sort();
}
