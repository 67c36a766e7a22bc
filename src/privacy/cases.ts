import { hostname } from 'node:os';
import type { PrivacySettings } from '../config/settings.js';
import { ThauError } from '../errors/thau-error.js';
import { qualifiedName } from '../postgres/identifier.js';
import type { Database } from '../postgres/database.js';
import type { Queryable } from '../postgres/queryable.js';
import { readSalt, salted } from './salt.js';

export type CaseKind = keyof PrivacySettings['deadlines'];

export const caseKinds: readonly CaseKind[] = ['access', 'erase', 'correct', 'withdraw', 'object'];

export interface PrivacyCase {
  readonly caseId: number;
  readonly kind: CaseKind;
  /** As it was named; null once the person is erased. */
  readonly subject: string | null;
  readonly note: string | null;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly state: 'open' | 'done' | 'refused';
  readonly closedBy: string | null;
  readonly closedAt: Date | null;
  readonly outcome: string | null;
  readonly isOverdue: boolean;
}

export interface OpenCase {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly privacy: PrivacySettings;
  readonly timezone: string;
  readonly kind: CaseKind;
  readonly subject: string;
  readonly note?: string;
  readonly by: string;
  /** When the request was made; now unless given. */
  readonly openedAt?: Date;
}

/** Opens a case, due at the end of the last working day that the law gives. */
export async function openCase(options: OpenCase): Promise<PrivacyCase> {
  const { database, state, privacy, kind, subject, note, by, openedAt = new Date() } = options;
  const salt = await readSalt(database, state);
  const due = await dueAt(database, options, openedAt, privacy.deadlines[kind]);
  const { rows } = await database.query<{ id: number }>(
    `insert into ${state}.privacy_cases (kind, subject, subject_hashes, note, opened_by, opened_at, due_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning case_id as id`,
    [kind, subject, [salted(salt, subject.trim().toLowerCase())], note ?? null, by, openedAt, due],
  );
  const id = rows[0]?.id ?? 0;
  await log(database, state, by, 'case opened', id);
  return readCase(database, state, id);
}

/** The cases, open ones first, the nearest deadline first. */
export async function readCases(
  database: Queryable,
  state: string,
  all: boolean,
): Promise<readonly PrivacyCase[]> {
  const { rows } = await database.query<PrivacyCase>(
    `select ${columns} from ${state}.privacy_cases where $1 or state = 'open' order by state <> 'open', due_at, case_id`,
    [all],
  );
  return rows;
}

/** A case by its number; PRIVACY_CASE where there is none. */
export async function readCase(database: Queryable, state: string, id: number): Promise<PrivacyCase> {
  const { rows } = await database.query<PrivacyCase>(
    `select ${columns} from ${state}.privacy_cases where case_id = $1`,
    [id],
  );
  const [found] = rows;
  if (!found)
    throw new ThauError('PRIVACY_CASE', `There is no case ${id}.`, { hint: 'thau cases --all lists them.' });
  return found;
}

/** An open case, which an erasure or export is to answer. */
export async function readOpenCase(
  database: Queryable,
  state: string,
  id: number,
  kind: CaseKind,
): Promise<PrivacyCase> {
  const found = await readCase(database, state, id);
  if (found.state === 'open' && found.kind === kind) return found;
  const message =
    found.state === 'open'
      ? `Case ${id} asks to ${found.kind}, not to ${kind}.`
      : `Case ${id} is closed: ${found.state}.`;
  throw new ThauError('PRIVACY_CASE', message, { hint: `Open another: thau cases open ${kind} <customer>` });
}

export async function closeCase(
  database: Database,
  state: string,
  id: number,
  end: { readonly state: 'done' | 'refused'; readonly outcome: string; readonly by: string },
): Promise<PrivacyCase> {
  const before = await readCase(database, state, id);
  if (before.state !== 'open') {
    throw new ThauError('PRIVACY_CASE', `Case ${id} is closed already: ${before.state}.`, {
      hint: 'Open another for what is new.',
    });
  }
  if (end.state === 'refused' && end.outcome.trim() === '') {
    throw new ThauError('PRIVACY_CASE', `Case ${id} cannot be refused without a reason.`, {
      hint: 'Write it: --because "…".',
    });
  }
  await database.query(
    `update ${state}.privacy_cases set state = $2, outcome = $3, closed_by = $4, closed_at = clock_timestamp() where case_id = $1`,
    [id, end.state, end.outcome, end.by],
  );
  await log(database, state, end.by, 'case closed', id);
  return readCase(database, state, id);
}

export interface CountedCases {
  readonly open: number;
  /** Those that should have been answered. */
  readonly overdue: number;
}

/** How many cases wait for an answer. */
export async function countCases(database: Queryable, state: string): Promise<CountedCases> {
  const { rows } = await database.query<CountedCases>(
    `select count(*)::integer as open, count(*) filter (where due_at < clock_timestamp())::integer as overdue
     from ${state}.privacy_cases where state = 'open'`,
  );
  return rows[0] ?? { open: 0, overdue: 0 };
}

/** The end of the n-th working day after the day of the request, in the project's zone. */
async function dueAt(
  database: Queryable,
  { privacy, timezone, state }: OpenCase,
  from: Date,
  days: number,
): Promise<Date> {
  const holidays = await holidayTable(database, state, privacy.holidays);
  const { rows } = await database.query<{ due: Date }>(
    `select ((max(day_on) + 1)::timestamp at time zone $2) - interval '1 second' as due
     from (
         select d::date as day_on
         from generate_series(($1::timestamptz at time zone $2)::date + 1, ($1::timestamptz at time zone $2)::date + 4000, '1 day') as d
         where extract(isodow from d)::integer = any ($3::integer[])
           ${holidays === undefined ? '' : `and not exists (select from ${holidays} as h where d::date between h.holiday_from::date and h.holiday_to::date)`}
         order by d limit $4
     ) as days`,
    [from, timezone, privacy.workingDays, days],
  );
  const due = rows[0]?.due;
  if (!due) throw new ThauError('PRIVACY_CASE', 'No working day is left: privacy.working_days names none.');
  return due;
}

async function holidayTable(
  database: Queryable,
  state: string,
  model: string | undefined,
): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const { rows } = await database.query<{ schema: string; name: string }>(
    `select m.relation_schema as schema, m.relation_name as name
     from ${state}.mapping as m join ${state}.pointer as p using (generation)
     where m.node_id like '%.' || $1`,
    [model],
  );
  const [found] = rows;
  if (!found) {
    throw new ThauError(
      'PRIVACY_SUBJECT',
      `privacy.holidays says ${model}, which the published generation does not have.`,
      {
        hint: 'Name a model or seed with the columns holiday_from and holiday_to that is built.',
      },
    );
  }
  return qualifiedName(found.schema, found.name);
}

async function log(database: Queryable, state: string, by: string, what: string, id: number): Promise<void> {
  await database.query(
    `insert into ${state}.privacy_log (done_by, host, what, case_id) values ($1, $2, $3, $4)`,
    [by, hostname(), what, id],
  );
}

const columns = `case_id as "caseId", kind, subject, note, opened_by as "openedBy", opened_at as "openedAt", due_at as "dueAt", state,
  closed_by as "closedBy", closed_at as "closedAt", outcome, state = 'open' and due_at < clock_timestamp() as "isOverdue"`;
