import { qualifiedName, quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import { ThauError } from '../errors/thau-error.js';
import { normalizePhone } from '../schema/phone.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Root, Roots } from './roots.js';

export interface Identifier {
  /** `email`, `phone`; empty where the project does not tell types apart. */
  readonly type: string;
  readonly value: string;
  /** Somebody else has it too: it is theirs as well, and stays. */
  readonly isShared: boolean;
}

export interface Person {
  /** The number the person has now, then those given up by merges. */
  readonly ids: readonly string[];
  readonly identifiers: readonly Identifier[];
}

/**
 * The one person that a number, a global id (`Customer:42`), a number given up in a merge, an email or a phone means.
 * Undefined where it means nobody; PRIVACY_AMBIGUOUS where it means several.
 */
export async function findPerson(
  database: Queryable,
  roots: Roots,
  asked: string,
): Promise<Person | undefined> {
  const written = asked.trim().replace(/^[_A-Za-z]\w*:(?=.)/, '');
  const byNumber = await currentNumber(database, roots, written);
  const candidates = byNumber === undefined ? await byIdentifier(database, roots, asked.trim()) : [byNumber];
  const [id, ...others] = candidates;
  if (id === undefined) return undefined;
  if (others.length > 0) {
    throw new ThauError(
      'PRIVACY_AMBIGUOUS',
      `${candidates.length} customers have ${JSON.stringify(asked)}: ${candidates.slice(0, 10).join(', ')}.`,
      { hint: 'Give the number of the one who is meant.' },
    );
  }
  return {
    ids: [id, ...(await formerNumbers(database, roots, id))],
    identifiers: await identifiersOf(database, roots, id),
  };
}

async function currentNumber(
  database: Queryable,
  { subject, moved }: Roots,
  id: string,
): Promise<string | undefined> {
  const [now] = await texts(
    database,
    subject,
    subject.column,
    `r.${quoteIdentifier(subject.column)}::text = $1`,
    id,
  );
  if (now !== undefined || !moved) return now;
  const [later] = await texts(
    database,
    moved,
    subject.column,
    `r.${quoteIdentifier(moved.column)}::text = $1`,
    id,
  );
  return later;
}

async function formerNumbers(
  database: Queryable,
  { subject, moved }: Roots,
  id: string,
): Promise<readonly string[]> {
  if (!moved) return [];
  return texts(database, moved, moved.column, `r.${quoteIdentifier(subject.column)}::text = $1`, id);
}

/** Emails in any case, phones as the API takes them; else digits that end an identifier of digits alone. */
async function byIdentifier(
  database: Queryable,
  { subject, identifiers }: Roots,
  asked: string,
): Promise<readonly string[]> {
  if (!identifiers) return [];
  const value = `r.${quoteIdentifier(identifiers.column)}::text`;
  const isKnown = `r.${quoteIdentifier(subject.column)} is not null`;
  const exact = await texts(
    database,
    identifiers,
    subject.column,
    `lower(${value}) in (lower(normalize($1::text, nfc)), ${quoteLiteral(normalizePhone(asked) ?? asked)}) and ${isKnown}`,
    asked,
  );
  const digits = asked.replace(/\D/g, '').replace(/^0+/, '');
  if (exact.length > 0 || !/^[-+(). \d]+$/.test(asked) || digits.length < 8) return exact;
  // a country's code before it, or none
  return texts(
    database,
    identifiers,
    subject.column,
    `${value} ~ ('^[+]?[0-9]{0,3}' || $1 || '$') and ${isKnown}`,
    digits,
  );
}

async function identifiersOf(
  database: Queryable,
  { subject, identifiers }: Roots,
  id: string,
): Promise<readonly Identifier[]> {
  if (!identifiers) return [];
  const { place, column } = identifiers;
  const relation = qualifiedName(place.schema, place.name);
  const [value, key] = [quoteIdentifier(column), quoteIdentifier(subject.column)];
  const type = place.columns.some(({ name }) => name === 'identifier_type')
    ? 'r.identifier_type::text'
    : "''::text";
  const { rows } = await database.query<{ type: string; value: string; is_shared: boolean }>(
    `select distinct own.type, own.value,
            exists (select from ${relation} as r where r.${value}::text = own.value and r.${key}::text <> $1) as is_shared
     from (select ${type} as type, r.${value}::text as value
           from ${relation} as r where r.${key}::text = $1) as own
     order by 1, 2`,
    [id],
  );
  return rows.map((row) => ({ type: row.type, value: row.value, isShared: row.is_shared }));
}

async function texts(
  database: Queryable,
  { place }: Root,
  column: string,
  where: string,
  value: string,
): Promise<readonly string[]> {
  const own = `r.${quoteIdentifier(column)}::text`;
  const { rows } = await database.queryText(
    `select distinct ${own} from ${qualifiedName(place.schema, place.name)} as r where (${where}) and ${own} is not null order by 1`,
    [value],
  );
  return rows.map(([text]) => text ?? '');
}
