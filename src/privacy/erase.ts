import { hostname } from 'node:os';
import { ThauError } from '../errors/thau-error.js';
import type { Database } from '../postgres/database.js';
import { faultOf } from '../postgres/fault.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import { RunLock } from '../postgres/run-lock.js';
import type { Session } from '../postgres/session.js';
import { normalizePhone } from '../schema/phone.js';
import { cleanState } from './clean-state.js';
import { conditionsOf, eraseRows, rememberRecords, type Touched } from './erase-rows.js';
import { findPerson, type Person } from './find-person.js';
import type { Records } from './find-records.js';
import type { Place } from './places.js';
import { policyOf } from './policy.js';
import { rememberedTables } from './remembering.js';
import { findSalt, readSalt, salted } from './salt.js';
import { readSurvey, recordsOf, type Survey, type SurveyOptions } from './survey.js';
import { removeMentions, spellingsOf } from './mentions.js';
import { searchedValues } from './text-search.js';

export interface EraseOptions extends SurveyOptions {
  readonly database: Database;
  /** Customers by number, global id, email or phone. */
  readonly asked: readonly string[];
  /** Who asks: the operating system's user, as the audit shows. */
  readonly by: string;
  readonly caseId?: number;
  readonly dryRun: boolean;
  readonly lockWait?: number;
  readonly staleAfter?: number;
}

/** One person's erasure, as far as the sources and what remembers. */
export interface Erased {
  readonly asked: string;
  /** Undefined in a dry run. */
  readonly erasureId: number | undefined;
  readonly touched: readonly Touched[];
}

/**
 * Erases people from the source tables and from every model that remembers, in one transaction under the run lock:
 * all of them or none. What was found, how, and what is searched for afterwards is noted in the same transaction, so
 * that an erasure that is interrupted later goes on where it stopped.
 */
export async function eraseFromSources(options: EraseOptions): Promise<readonly Erased[]> {
  const { database, stateSchema, dryRun } = options;
  if (dryRun) {
    const survey = await readSurvey(database, options);
    return database.use((session) =>
      session.transaction((tx) => eraseAll(tx, survey, options), {
        isolation: 'repeatable read',
        readOnly: true,
      }),
    );
  }
  const lock = await RunLock.acquire({
    database,
    stateSchema,
    ...(options.lockWait !== undefined && { wait: options.lockWait }),
    ...(options.staleAfter !== undefined && { staleAfter: options.staleAfter }),
  });
  try {
    // of the generation that is current under the lock
    const held = await readSurvey(database, options);
    return await database.use((session) =>
      session.transaction(async (tx) => {
        await lock.assertHeld(tx);
        await tx.query('set local idle_in_transaction_session_timeout to 0');
        return eraseAll(tx, held, options);
      }),
    );
  } catch (error) {
    throw permissionFault(error);
  } finally {
    await lock.release();
  }
}

async function eraseAll(tx: Session, survey: Survey, options: EraseOptions): Promise<readonly Erased[]> {
  const salt = options.dryRun ? '' : await readSalt(tx, survey.state);
  const erased: Erased[] = [];
  for (const asked of options.asked) {
    const person = await findPerson(tx, survey.roots, asked);
    if (!person) throw await unknown(tx, survey.state, asked);
    erased.push(await eraseOne(tx, survey, options, asked, person, salt));
  }
  return erased;
}

async function eraseOne(
  tx: Session,
  survey: Survey,
  options: EraseOptions,
  asked: string,
  person: Person,
  salt: string,
): Promise<Erased> {
  const { state, places, subjects, personal } = survey;
  const { dryRun, stateSchema, privacy, by, caseId } = options;
  const records = await recordsOf(tx, survey, person);
  const bySource = new Map<Place, Records[]>();
  for (const one of records.filter(({ place }) => place.kind === 'source')) {
    bySource.set(one.place, [...(bySource.get(one.place) ?? []), one]);
  }
  const spellings = await spellingsOf(tx, [...bySource], personal);
  const values = searchedValues(person.identifiers, spellings);
  const touched: Touched[] = [];
  const stays: string[] = [];
  for (const [place, own] of bySource) {
    const policy = policyOf(place, privacy.sources);
    touched.push(await eraseRows(tx, { place, policy, ...conditionsOf(own), personal, salt, dryRun }));
    if (policy.how !== 'delete') stays.push(...own.flatMap((one) => one.values.flat()));
  }
  // the numbers of orders that the law keeps stay with the orders
  const kept = new Set(stays.flatMap((value) => wholeAndParts(value.trim().toLowerCase())));
  const goes = values.filter((value) => !wholeAndParts(value).some((part) => kept.has(part)));
  touched.push(...(await removeMentions(tx, places, privacy.sources, goes, dryRun)));
  const { rows: own } = await ownKeys(tx, survey, person);
  const named = [...own.map(([key]) => (key ?? '').toLowerCase()), ...goes];
  const keys = [...new Set(named)].filter((value) => !kept.has(value)).sort((a, b) => b.length - a.length);
  if (dryRun) touched.push(...rememberedTables(places, subjects));
  if (dryRun) return { asked, erasureId: undefined, touched };
  const [number = ''] = person.ids;
  const pseudonym = `erased:${salted(salt, number).slice(0, 24)}`;
  touched.push(...(await cleanState(tx, { stateSchema, state, values: goes, ids: person.ids, pseudonym })));
  const hashes = [
    ...person.ids,
    ...goes,
    ...person.identifiers.filter((one) => !one.isShared).map(({ value }) => value),
  ];
  const subjectHashes = [...new Set(hashes.map((value) => salted(salt, value.toLowerCase())))];
  const { rows } = await tx.query<{ id: number }>(
    `insert into ${state}.erasures (case_id, subject_hashes, state, requested_by, searched_for, proof)
     values ($1, $2, 'rebuilding', $3, $4, $5) returning erasure_id as id`,
    [
      caseId ?? null,
      subjectHashes,
      by,
      JSON.stringify({ values: goes, keys, ids: person.ids, pseudonym }),
      JSON.stringify({ touched, shared: person.identifiers.filter((one) => one.isShared).length }),
    ],
  );
  const erasureId = rows[0]?.id ?? 0;
  await rememberRecords(tx, state, erasureId, permanent(records, options), touched, salt);
  await tx.query(
    `insert into ${state}.privacy_log (done_by, host, what, case_id, erasure_id, subject_hash, row_count)
     values ($1, $2, 'erase', $3, $4, $5, $6)`,
    [
      by,
      hostname(),
      caseId ?? null,
      erasureId,
      salted(salt, number),
      touched.reduce((sum, { rows: n }) => sum + n, 0),
    ],
  );
  return { asked, erasureId, touched };
}

/** What the relation of identifiers calls the person's: `email:an@example.com`. */
async function ownKeys(tx: Session, { roots }: Survey, { ids }: Person): ReturnType<Session['queryText']> {
  const { identifiers, subject } = roots;
  const key = identifiers?.place.keys.find((one) => one.length === 1)?.[0];
  if (!identifiers || key === undefined) return { rows: [], rowCount: 0, fields: [], command: '' };
  return tx.queryText(
    `select r.${quoteIdentifier(key)}::text from ${qualifiedName(identifiers.place.schema, identifiers.place.name)} as r
     where r.${quoteIdentifier(subject.column)}::text = any ($1) and r.${quoteIdentifier(key)} is not null`,
    [ids],
  );
}

/** `shopee:o123` is named as `o123` too. */
function wholeAndParts(value: string): readonly string[] {
  const last = value.split(':').at(-1) ?? value;
  return last.length < 4 ? [value] : [value, last];
}

/** Records that are to stay away: those whose tables let them be erased. */
function permanent(records: readonly Records[], { privacy }: EraseOptions): readonly Records[] {
  return records.filter(
    ({ place }) =>
      place.kind === 'source' && ['delete', 'pseudonymise'].includes(policyOf(place, privacy.sources).how),
  );
}

async function unknown(tx: Session, state: string, asked: string): Promise<ThauError> {
  const before = await erasureOf(tx, state, asked);
  if (before) {
    return new ThauError(
      'PRIVACY_ALREADY_ERASED',
      `${JSON.stringify(asked)} was erased on ${before.day}, as erasure ${before.id}.`,
      {
        hint: `thau erase --proof ${before.id}`,
      },
    );
  }
  return new ThauError('PRIVACY_UNKNOWN_CUSTOMER', `No customer is known by ${JSON.stringify(asked)}.`, {
    hint: 'Give the number, the email or the phone of a customer of the published generation.',
  });
}

/** The last erasure of whom a number or identifier meant. */
export async function erasureOf(
  tx: Pick<Session, 'query'>,
  state: string,
  asked: string,
): Promise<{ readonly id: number; readonly day: string; readonly state: string } | undefined> {
  const salt = await findSalt(tx, state);
  if (salt === undefined) return undefined;
  const bare = asked.trim().toLowerCase();
  const forms = [bare, bare.replace(/^\w+:(?=.)/, ''), normalizePhone(asked) ?? bare];
  const { rows } = await tx.query<{ id: number; day: string; state: string }>(
    `select erasure_id as id, began_at::date::text as day, state from ${state}.erasures
     where subject_hashes && $1::text[] order by erasure_id desc limit 1`,
    [forms.map((form) => salted(salt, form))],
  );
  return rows[0];
}

/** A table that the role may not change is named with what its owner has to grant. */
function permissionFault(error: unknown): unknown {
  const fault = faultOf(error);
  if (fault?.sqlstate !== '42501') return error;
  const name = /(?:table|relation|view) "?([^"]+?)"?$/.exec(fault.message)?.[1];
  return new ThauError('PRIVACY_NO_PERMISSION', `Nothing was erased: ${fault.message}.`, {
    hint:
      name === undefined
        ? 'Grant thau’s role the right to delete and update.'
        : `Its owner can: grant select, update, delete on ${quoteIdentifier(name)} to thau’s role.`,
    cause: error,
  });
}
