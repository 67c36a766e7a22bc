import { cloneRelation } from '../materialisations/clone-relation.js';
import { createIndexes } from '../materialisations/indexes.js';
import type { Candidate, CandidateInput } from '../materialisations/materialisation.js';
import { gatherStatistics } from '../materialisations/statistics.js';
import { sqlName, type Relation } from '../relation.js';
import { becomeVersioned } from './become-versioned.js';
import { beginVersion, endVersion, type OpenRelation } from './write-version.js';

/** What a candidate may do about versions; absent where its relation is to be a plain table. */
export interface VersionWork {
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly run: number;
  /** A table of so many rows becomes a versioned relation. */
  readonly least: number;
  /** The published relation, where `openForWriting` made it ready to be written to. */
  readonly ready?: OpenRelation;
  /** Why not, where it was meant to be. */
  readonly notReady?: string;
}

/** The table that an incremental model or a snapshot writes its new rows to. */
export interface GrowingTable {
  readonly place: { readonly schema: string; readonly name: string };
  /** Set where it is the table behind the published relation, which others read meanwhile. */
  readonly shared?: OpenRelation;
  /** Of a copy: how many rows were copied. */
  readonly copied?: number;
  /** Why a relation that is versioned is copied nevertheless. */
  readonly copiedBecause?: string;
}

/** What is about to be done to it. */
interface Change {
  readonly rows: number;
  /** Whether its columns change. */
  readonly alters: boolean;
  /** What else would keep it from being done to a table that others read, if anything could. */
  readonly whyNotShared?: (table: GrowingTable['place']) => Promise<string | undefined>;
}

/** More than this share of a table is quicker to copy than to keep in two versions. */
const mostChanged = 0.25;

/**
 * *Versioned* where it can be, else *Clone*: the table behind the published relation, or a copy of what is published.
 * Either way dbt's statements run on it word for word.
 */
export async function openGrowingTable(
  input: CandidateInput,
  current: Relation,
  change: Change,
): Promise<GrowingTable> {
  const { tx, target, config, versions } = input;
  let because = versions?.notReady;
  if (versions?.ready) {
    because = await whyNot(versions.ready, change);
    if (because === undefined && !(await beginVersion(tx, versions.state, versions.ready, versions.run))) {
      because = 'another run wrote to it';
    }
    if (because === undefined) {
      const { schema, table } = versions.ready.store;
      return { place: { schema, name: table }, shared: versions.ready };
    }
  }
  const copied = await cloneRelation(tx, current, target, config['unlogged'] === true);
  return { place: target, copied, ...(because !== undefined && { copiedBecause: because }) };
}

async function whyNot({ store, rows }: OpenRelation, change: Change): Promise<string | undefined> {
  if (change.alters) return 'its columns change';
  if (change.rows > 1000 && change.rows > rows * mostChanged) return 'much of it changes';
  return change.whyNotShared?.({ schema: store.schema, name: store.table });
}

/** Once all rows are written: indexes, statistics, and the candidate. `tag` is PostgreSQL's, as dbt shows it. */
export async function closeGrowingTable(
  input: CandidateInput,
  table: GrowingTable,
  rows: number,
  tag: string,
): Promise<Candidate> {
  const { tx, target, config, node, versions } = input;
  if (table.shared && versions) {
    const store = await endVersion(tx, versions.state, table.shared, versions.run, target, rows);
    return { kind: 'view', store, rows, message: `${tag} (versioned)` };
  }
  await createIndexes(tx, target, config, node);
  await gatherStatistics(input, (table.copied ?? 0) + rows);
  const message = table.copiedBecause === undefined ? tag : `${tag} (copied: ${table.copiedBecause})`;
  return versionedFromNowOn(input, { kind: 'table', rows, message });
}

/** A table just made, with its indexes and statistics: versioned if it is large enough, else as it is. */
export async function versionedFromNowOn(input: CandidateInput, made: Candidate): Promise<Candidate> {
  const { tx, target, config, node, versions } = input;
  if (!versions || made.kind !== 'table') return made;
  const { rows } = await tx.query<{ rows: number }>(
    'select reltuples::float8 as rows from pg_class where oid = $1::regclass',
    [sqlName(target)],
  );
  if ((rows[0]?.rows ?? 0) < versions.least) return made;
  const { state, run } = versions;
  const store = await becomeVersioned({ tx, state, run, node, config, made: target });
  return store === undefined ? made : { ...made, kind: 'view', store };
}
