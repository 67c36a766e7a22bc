import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../build/garbage.js';
import { readGeneration } from '../build/publish/generation.js';
import { ThauError } from '../errors/thau-error.js';
import type { Database } from '../postgres/database.js';
import { faultOf } from '../postgres/fault.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import { cleanState } from './clean-state.js';
import type { Touched } from './erase-rows.js';
import { eraseRemembered } from './remembering.js';
import type { Places } from './places.js';
import { readSalt } from './salt.js';
import { readSurvey, type SurveyOptions } from './survey.js';
import { cleanFiles, type CleanedFile } from './clean-files.js';
import { searchDatabase, type Found } from './text-search.js';

/** What is proved of one erasure; it holds no identifier, only salted hashes in `erasures.subject_hashes`. */
export interface Proof {
  readonly erasure: number;
  readonly case: number | null;
  readonly state: 'done' | 'open';
  readonly requestedBy: string;
  readonly beganAt: string;
  readonly finishedAt: string;
  /** The first generation without the person; those before it are gone. */
  readonly generation: number;
  readonly subjectHashes: readonly string[];
  readonly touched: readonly Touched[];
  /** Identifiers that others have too: they stay with the others. */
  readonly sharedIdentifiers: number;
  readonly purged: {
    /** How many generations ended with the erasure: those its run retired, and those that were kept or leased. */
    readonly generations: number;
    /** Their relations that somebody still reads. */
    readonly waiting: readonly { relation: string; because: string }[];
  };
  /** What the whole database was searched for, and where it was found all the same. */
  readonly search: { readonly values: number; readonly found: readonly Found[] };
  readonly files: readonly CleanedFile[];
  /** SHA-256 of this object's JSON without this field. */
  readonly checksum: string;
}

export interface FinishOptions extends SurveyOptions {
  readonly database: Database;
  /** Folders with files that thau and its server write as they run: logs, artifacts. */
  readonly files: readonly string[];
  /** How long relations that somebody reads are waited for, in milliseconds. */
  readonly patience: number;
}

interface Pending {
  readonly values: readonly string[];
  /** The values and what the relation of identifiers calls them. */
  readonly keys: readonly string[];
  readonly ids: readonly string[];
  readonly pseudonym: string;
}

interface PendingRow {
  readonly erasure: number;
  readonly pending: Pending;
  readonly proof: { readonly touched: readonly Touched[]; readonly shared: number };
  readonly hashes: readonly string[];
  readonly case_id: number | null;
  readonly by: string;
  readonly began_at: Date;
}

/** One erasure whose rows are gone: what is left is to search for it. */
interface Cleaned {
  readonly row: PendingRow;
  readonly files: readonly CleanedFile[];
  readonly touched: readonly Touched[];
}

/** Erasures that are not done: their run failed, was interrupted, or something was left. */
export async function unfinished(database: Database, state: string): Promise<readonly number[]> {
  const { rows } = await database.query<{ id: number }>(
    `select erasure_id as id from ${state}.erasures where searched_for is not null order by 1`,
  );
  return rows.map(({ id }) => id);
}

/**
 * After the run that built everything anew: earlier generations go with all their relations, thau's own notes and log
 * files are cleaned, statistics and dead rows too; then the whole database is searched, and the proof is written.
 */
export async function finishErasures(
  options: FinishOptions,
  erasures: readonly number[],
): Promise<readonly Proof[]> {
  const { database, stateSchema } = options;
  const state = quoteIdentifier(stateSchema);
  const { number: generation } = await readGeneration(database, state);
  const survey = await readSurvey(database, options);
  const salt = await readSalt(database, state);
  const waiting = await purge(options, state, generation);
  const cleaned: Cleaned[] = [];
  for (const erasure of erasures) {
    const { rows } = await database.query<PendingRow>(
      `select erasure_id as erasure, searched_for as pending, proof, subject_hashes as hashes, case_id,
              requested_by as by, began_at
       from ${state}.erasures where erasure_id = $1 and searched_for is not null`,
      [erasure],
    );
    const [row] = rows;
    if (!row) continue;
    const { values, keys, ids, pseudonym } = row.pending;
    const remembered = await database.transaction((tx) => eraseRemembered(tx, { survey, ids, keys, salt }));
    const noted = await database.transaction((tx) =>
      cleanState(tx, { stateSchema, state, values, ids, pseudonym }),
    );
    const files = cleanFiles(options.files, values);
    cleaned.push({ row, files, touched: merged([...row.proof.touched, ...remembered, ...noted]) });
  }
  await vacuum(
    database,
    survey.places,
    cleaned.flatMap(({ touched }) => touched),
  );
  const search = await searchFor(options, cleaned);
  const proofs: Proof[] = [];
  for (const { row, touched, files } of cleaned) {
    const { erasure, hashes } = row;
    const found = await search(row.pending.values);
    const refused = touched.some(({ how, rows: count }) => how === 'not permitted' && count > 0);
    const isOpen =
      (refused && !(await isErasedSince(database, state, erasure, hashes))) ||
      unexplained(found, touched, survey.places);
    const facts: Omit<Proof, 'checksum'> = {
      erasure,
      case: row.case_id,
      state: isOpen || waiting.length > 0 ? 'open' : 'done',
      requestedBy: row.by,
      beganAt: row.began_at.toISOString(),
      finishedAt: new Date().toISOString(),
      generation,
      subjectHashes: hashes,
      touched,
      sharedIdentifiers: row.proof.shared,
      purged: { generations: await retiredSince(database, state, generation, row.began_at), waiting },
      search: { values: row.pending.values.length, found },
      files,
    };
    const proof = { ...facts, checksum: createHash('sha256').update(JSON.stringify(facts)).digest('hex') };
    await close(database, state, proof);
    proofs.push(proof);
  }
  // the rows that held what was searched for are dead, and go too
  await database.query(`vacuum ${state}.erasures`).catch(() => undefined);
  return proofs;
}

/** Every table is read once for all of them, and what it holds of whom only where it holds something. */
async function searchFor(
  { database, stateSchema }: FinishOptions,
  cleaned: readonly Cleaned[],
): Promise<(values: readonly string[]) => Promise<readonly Found[]>> {
  const except = new Set([`${stateSchema}.erasures`]);
  const all = [...new Set(cleaned.flatMap(({ row }) => row.pending.values))];
  const found = await searchDatabase(database, all, { except });
  if (cleaned.length < 2) return () => Promise.resolve(found);
  const only = new Set(found.map(({ table }) => table));
  return (values) => searchDatabase(database, values, { except, only });
}

/** What was not permitted then is a later erasure's to tell, once the same person was asked for again. */
async function isErasedSince(
  database: Database,
  state: string,
  erasure: number,
  hashes: readonly string[],
): Promise<boolean> {
  const { rows } = await database.query(
    `select from ${state}.erasures where erasure_id > $1 and subject_hashes && $2::text[] limit 1`,
    [erasure, hashes],
  );
  return rows.length > 0;
}

/** What is found where nothing was kept on purpose: neither kept itself, nor made of what was. */
function unexplained(found: readonly Found[], touched: readonly Touched[], places: Places): boolean {
  const titles = new Set(touched.filter(({ how }) => how === 'kept').map(({ table }) => table));
  const kept = new Set([...places.values()].filter(({ title }) => titles.has(title)).map(({ id }) => id));
  for (let grew = kept.size > 0; grew;) {
    grew = false;
    for (const { id, node } of places.values()) {
      if (kept.has(id) || !node?.depends_on.nodes.some((one) => kept.has(one))) continue;
      kept.add(id);
      grew = true;
    }
  }
  const explained = new Set(
    [...places.values()]
      .filter(({ id }) => kept.has(id))
      .map(({ schema, name }) => qualifiedName(schema, name)),
  );
  return found.some(({ schema, name }) => !explained.has(qualifiedName(schema, name)));
}

async function close(database: Database, state: string, proof: Proof): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(
      `update ${state}.erasures
       set state = $2, finished_at = clock_timestamp(), generation = $3, proof = $4,
           searched_for = case when $2 = 'done' then null else searched_for end
       where erasure_id = $1`,
      [proof.erasure, proof.state, proof.generation, JSON.stringify(proof)],
    );
    if (proof.case === null || proof.state !== 'done') return;
    await tx.query(
      `update ${state}.privacy_cases
       set state = 'done', closed_by = $2, closed_at = clock_timestamp(), outcome = $3, subject = null, note = null,
           subject_hashes = $4
       where case_id = $1 and state = 'open'`,
      [proof.case, proof.requestedBy, `erasure ${proof.erasure}`, proof.subjectHashes],
    );
  });
}

/**
 * Earlier generations, kept for rollback or leased by readers, hold the person: they go. Answers what is still read.
 * PostgreSQL tells nobody when a snapshot ends, and a lock that is waited for keeps all others waiting behind it: so it
 * is asked again, after ever longer pauses.
 */
async function purge(
  { database, patience }: FinishOptions,
  state: string,
  generation: number,
): Promise<Proof['purged']['waiting']> {
  const until = performance.now() + patience;
  await database.query(`delete from ${state}.leases where generation < $1`, [generation]);
  for (let pause = 25; ; pause = Math.min(pause * 2, 1000)) {
    const { queued } = await database.use((session) => collectGarbage(session, { state, keep: 1 }));
    if (queued.length === 0 || performance.now() > until) {
      await database.query(`delete from ${state}.artifacts where generation < $1`, [generation]);
      return queued;
    }
    await setTimeout(Math.max(0, Math.min(pause, until - performance.now())));
  }
}

/** The generations that could be shown when the erasure began and cannot any more. */
async function retiredSince(
  database: Database,
  state: string,
  generation: number,
  beganAt: Date,
): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::integer as count from ${state}.generations where generation < $1 and retired_at >= $2`,
    [generation, beganAt],
  );
  return rows[0]?.count ?? 0;
}

/** Dead rows and statistics (`pg_stats` shows common values) hold what was erased until they are made anew. */
async function vacuum(database: Database, places: Places, touched: readonly Touched[]): Promise<void> {
  const stored = new Map([...places.values()].map((place) => [place.title, place]));
  const tables = new Set<string>();
  for (const { table, how } of touched) {
    if (how === 'kept' || how === 'not permitted') continue;
    // what people know a model by is the view that shows it
    const place = stored.get(table);
    const [schema = '', ...name] = table.split('.');
    tables.add(place ? qualifiedName(place.schema, place.name) : qualifiedName(schema, name.join('.')));
  }
  for (const table of tables) {
    try {
      await database.query(`vacuum (analyze) ${table}`);
    } catch (error) {
      // not ours to vacuum, or no table: autovacuum comes by
      if (!['42501', '42809', '42P01', '55P03'].includes(faultOf(error)?.sqlstate ?? '')) throw error;
    }
  }
}

/** One line per table and way, however often it was touched. */
function merged(touched: readonly Touched[]): readonly Touched[] {
  const found = new Map<string, Touched>();
  for (const one of touched) {
    const key = JSON.stringify([one.table, one.how]);
    const before = found.get(key);
    found.set(
      key,
      before
        ? { ...before, rows: before.rows + one.rows, paths: [...new Set([...before.paths, ...one.paths])] }
        : one,
    );
  }
  return [...found.values()];
}

/** The proof of one erasure, as it was written. */
export async function readProof(database: Database, state: string, erasure: number): Promise<Proof> {
  const { rows } = await database.query<{ proof: Proof; state: string }>(
    `select proof, state from ${state}.erasures where erasure_id = $1`,
    [erasure],
  );
  const [row] = rows;
  if (row && 'checksum' in row.proof) return row.proof;
  throw new ThauError(
    'PRIVACY_UNKNOWN_CUSTOMER',
    row ? `Erasure ${erasure} is not finished: there is no proof yet.` : `There is no erasure ${erasure}.`,
    {
      hint: row
        ? 'Run `thau erase` again without a customer: it goes on where it stopped.'
        : 'thau erase --list',
    },
  );
}
