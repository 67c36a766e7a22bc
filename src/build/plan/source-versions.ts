import { ThauError } from '../../errors/thau-error.js';
import type { Queryable } from '../../postgres/queryable.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { SourceNode } from '../../project/manifest.js';
import { sqlName } from '../relation.js';
import { readTableStates } from './table-states.js';

/** As much of a source as its state is asked for by. */
export type ReadSource = Pick<
  SourceNode,
  'unique_id' | 'schema' | 'identifier' | 'loaded_at_field' | 'source_name' | 'name' | 'config' | 'meta'
>;

/** The state of sources' data. */
export interface SourceVersions {
  /** By unique_id; undefined, or missing, where sameness cannot be told. */
  readonly versions: ReadonlyMap<string, string | undefined>;
  /** Those that only PostgreSQL's counters speak for. */
  readonly counted: ReadonlySet<string>;
}

type Versions = ReadonlyMap<string, string | undefined>;

export interface SourceVersionOptions {
  /**
   * Counters prove change, never sameness: a session that wrote keeps its counts to itself for up to ten seconds.
   * With this set, counters are not trusted while another session was at work in the last 15 seconds.
   */
  readonly distrustRecent: boolean;
  /** thau's own schema, quoted. */
  readonly state: string;
}

/**
 * What tells whether a source changed: `loaded_at_field` with the number of rows where it is set, else PostgreSQL's
 * own counters of every table behind it, with the files and columns. Read before anything is built, so that a row
 * that comes later is news to the next run.
 */
export async function readSourceVersions(
  database: Queryable,
  sources: readonly ReadSource[],
  options: SourceVersionOptions,
): Promise<SourceVersions> {
  const versions = new Map<string, string | undefined>();
  const dated = sources.filter((source) => source.loaded_at_field !== null);
  for (const [id, version] of await readLoadedAt(database, dated)) versions.set(id, version);
  const others = sources.filter((source) => source.loaded_at_field === null);
  const states = await statesUnlessLocked(database, options.state, others);
  const counted = new Set<string>();
  const distrusted =
    options.distrustRecent && states.some(({ tracked }) => !tracked) && (await othersAtWork(database));
  for (const { source, tracked, version } of states) {
    if (!tracked) counted.add(source.unique_id);
    if (version !== null && (tracked || !distrusted)) versions.set(source.unique_id, version);
  }
  return { versions, counted };
}

/** A table that another session locks tells nothing; the node that reads it says who holds the lock, at its place. */
async function statesUnlessLocked(
  database: Queryable,
  state: string,
  sources: readonly ReadSource[],
): ReturnType<typeof readTableStates> {
  try {
    return await readTableStates(database, state, sources);
  } catch (error) {
    if (error instanceof ThauError && error.code === 'POSTGRES_LOCK_TIMEOUT') return [];
    throw error;
  }
}

/** All in one statement; one by one where one of them cannot be read. */
async function readLoadedAt(database: Queryable, sources: readonly ReadSource[]): Promise<Versions> {
  if (sources.length === 0) return new Map();
  try {
    const { rows } = await database.query<{ id: string; version: string }>(
      sources.map((source, place) => loadedAt(source, `$${place + 1}::text`)).join('\nunion all\n'),
      sources.map((source) => source.unique_id),
    );
    return new Map(rows.map((row) => [row.id, row.version]));
  } catch {
    const versions = new Map<string, string | undefined>();
    for (const source of sources) versions.set(source.unique_id, await readOneLoadedAt(database, source));
    return versions;
  }
}

async function readOneLoadedAt(database: Queryable, source: ReadSource): Promise<string | undefined> {
  try {
    const { rows } = await database.query<{ version: string }>(loadedAt(source, '$1::text'), [
      source.unique_id,
    ]);
    return rows[0]?.version;
  } catch {
    // a source that is gone or has no such column fails the nodes that read it, with their places
    return undefined;
  }
}

function loadedAt(source: ReadSource, id: string): string {
  const field = source.loaded_at_field ?? '';
  const column = /^[A-Za-z_]\w*$/.test(field) ? quoteIdentifier(field.toLowerCase()) : field;
  const table = sqlName({ schema: source.schema, name: source.identifier });
  return `select ${id} as id, count(*) || ' rows, ' || coalesce(max(${column})::text, 'none') as version from ${table}`;
}

async function othersAtWork(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ busy: boolean }>(
    `select exists (
         select from pg_stat_activity
         where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
           and application_name <> 'thau' and application_name not like 'thau %'
           and (state <> 'idle' or state_change > clock_timestamp() - interval '15 seconds')) as busy`,
  );
  return rows[0]?.busy ?? true;
}
