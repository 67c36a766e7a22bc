import { quoteIdentifier } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Branch, CellSource } from '../sql/lineage/row-lineage.js';
import { distinctKeys } from './distinct-keys.js';
import { isOneOfAny } from './is-one-of.js';
import { JoinedRecords } from './joined-records.js';
import type { Place, Places } from './places.js';
import type { SubjectColumns } from './subject-columns.js';
import { column, keyIsAmong, plainColumn, termColumns, termsText, type Term } from './term.js';

/** Rows of one place, by the values of a key. */
export interface Records {
  readonly place: Place;
  readonly key: readonly Term[];
  /** Whether values are told apart without their case and the white space around them. */
  readonly cleaned: boolean;
  /** As text, one list a row. */
  readonly values: readonly (readonly string[])[];
  /** How lineage led here: `unified.orders.order_id ← staging.stg_ecommerce__orders.order_key ← …`. */
  readonly path: string;
}

export interface FindOptions {
  readonly places: Places;
  readonly subjects: SubjectColumns;
  /** The subject's keys, as text. */
  readonly ids: readonly string[];
  /** unique_ids of relations whose keys name identifiers, not records: an identifier may be shared. */
  readonly avoid: ReadonlySet<string>;
}

/**
 * The rows that tell of some people, in the source tables and everything on the way to them, found from what the
 * warehouse says is theirs:
 * - every relation that carries the subject's key gives the keys of its own rows;
 * - a key goes back through the columns that copy it, to the row of the relation it was made of;
 * - what the project joins to a record by that record's key (the lines of an order) goes with it.
 * A relation with a declared key is only entered by it: a phone that two people share is no key of a record.
 */
export async function findRecords(database: Queryable, options: FindOptions): Promise<readonly Records[]> {
  const { places, subjects, ids, avoid } = options;
  const found = new Map<string, { records: Records; known: Set<string> }>();
  const queue: Records[] = [];
  const visit = (step: Records): void => {
    const key = JSON.stringify([step.place.id, step.key, step.cleaned]);
    const before = found.get(key);
    const known = before?.known ?? new Set<string>();
    const fresh = step.values.filter((row) => {
      const text = JSON.stringify(row);
      return known.has(text) ? false : (known.add(text), true);
    });
    if (fresh.length === 0) return;
    const values = [...(before?.records.values ?? []), ...fresh];
    found.set(key, { records: { ...step, values, path: before?.records.path ?? step.path }, known });
    if (step.place.kind === 'node') queue.push({ ...step, values: fresh });
  };
  for (const place of places.values()) {
    const columns = subjects.get(place.id);
    if (!columns || place.kind === 'source' || avoid.has(place.id)) continue;
    const held = isOneOfAny(place, columns, ids, 1);
    for (const names of place.keys.filter((one) => !one.some((name) => columns.includes(name)))) {
      const key = names.map(column);
      const values = await distinctKeys(database, place, key, held, [ids]);
      visit({ place, key, cleaned: false, values, path: `${place.title}.${termsText(key)}` });
    }
  }
  const joined = new JoinedRecords(database, places, subjects, ids);
  for (let step = queue.shift(); step; step = queue.shift()) {
    for (const next of await back(database, places, step)) visit(next);
    for (const next of await joined.of(step)) visit(next);
  }
  return [...found.values()].map(({ records }) => records);
}

/** To the rows that rows were made of. */
async function back(database: Queryable, places: Places, step: Records): Promise<readonly Records[]> {
  const steps: Records[] = [];
  for (const branch of step.place.lineage?.branches ?? []) {
    const parent = parentOf(branch, step.key);
    const place = parent && places.get(parent.id);
    if (!place || place.id === step.place.id || !enters(place, termColumns(parent.theirs))) continue;
    // constants tell which member of a union a row came by
    const constants = [...branch].flatMap(([name, cell]) =>
      cell.kind === 'constant' && cell.value !== null && hasColumn(step.place, name)
        ? [[name, cell.value] as const]
        : [],
    );
    const same = JSON.stringify(parent.own) === JSON.stringify(step.key);
    const held =
      same && constants.length === 0 ? step.values : await reread(database, step, parent.own, constants);
    const bare = withoutPrefixes(parent.theirs, held);
    steps.push({
      place,
      key: bare.key,
      cleaned: step.cleaned || parent.cleaned,
      values: bare.values,
      path: `${step.path} ← ${place.title}.${termsText(bare.key)}`,
    });
  }
  return steps;
}

/** A relation that declares keys is entered by one of them; sources and relations without keys by what leads there. */
function enters(place: Place, columns: readonly string[]): boolean {
  return place.keys.length === 0 || place.keys.some((key) => key.every((name) => columns.includes(name)));
}

interface Parent {
  readonly id: string;
  /** Terms of the step's place, and what they are in the parent, one by one. */
  readonly own: readonly Term[];
  readonly theirs: readonly Term[];
  readonly cleaned: boolean;
}

/** The one relation that all of a key comes from, and the key there. */
function parentOf(branch: Branch, key: readonly Term[]): Parent | undefined {
  const pairs: { own: Term; parts: readonly (string | CellSource)[] }[] = [];
  for (const term of key) {
    const parts = partsOf(branch, term);
    const beside = parts === undefined ? besideOf(branch, term) : undefined;
    if (parts === undefined && beside === undefined) return undefined;
    if (parts?.some((part) => typeof part !== 'string')) pairs.push({ own: term, parts });
    for (const one of beside ?? []) pairs.push(one);
  }
  const sources = pairs.flatMap(({ parts }) => parts.filter((part) => typeof part !== 'string'));
  const [first] = sources;
  if (!first || sources.some(({ item }) => item !== first.item)) return undefined;
  const theirs = pairs.map(({ parts }) =>
    parts.map((part) => (typeof part === 'string' ? part : { column: part.column })),
  );
  const isFirst = (term: Term, index: number): boolean =>
    theirs.findIndex((one) => JSON.stringify(one) === JSON.stringify(term)) === index;
  return {
    id: first.relation,
    own: pairs.map(({ own }) => own).filter((_, index) => isFirst(theirs[index] ?? [], index)),
    theirs: theirs.filter(isFirst),
    cleaned: sources.some(({ cleaned }) => cleaned),
  };
}

/** A term in the words of what its columns were made of. */
function partsOf(branch: Branch, term: Term): readonly (string | CellSource)[] | undefined {
  const parts = term.flatMap((part): readonly (string | CellSource | undefined)[] => {
    if (typeof part === 'string') return [part];
    const cell = branch.get(part.column);
    if (cell?.kind === 'constant') return cell.value === null ? [undefined] : [cell.value];
    if (cell?.kind === 'computed') return cell.parts ?? [undefined];
    return cell?.from.length === 1 ? cell.from : [undefined];
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** A key made in a way that cannot be repeated here: the columns beside it that copy all it was made of. */
function besideOf(branch: Branch, term: Term): { own: Term; parts: readonly CellSource[] }[] | undefined {
  const name = plainColumn(term);
  const cell = name === undefined ? undefined : branch.get(name);
  if (cell?.kind !== 'computed' || cell.from.length === 0) return undefined;
  const found = cell.from.map((source) => {
    for (const [own, other] of branch) {
      const [from, ...more] = other.kind === 'copy' ? other.from : [];
      if (from && more.length === 0 && from.item === source.item && from.column === source.column)
        return { own: column(own), parts: [from] };
    }
    return undefined;
  });
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** `'pos:' || receipt_id` is the column, of the values that begin so: others came by another member of a union. */
function withoutPrefixes(
  key: readonly Term[],
  values: Records['values'],
): { readonly key: readonly Term[]; readonly values: Records['values'] } {
  const prefixes = key.map((term) => {
    const [first, second, ...others] = term;
    return typeof first === 'string' && typeof second === 'object' && others.length === 0 ? first : '';
  });
  if (prefixes.every((prefix) => prefix === '')) return { key, values };
  return {
    key: key.map((term, index) => (prefixes[index] === '' ? term : term.slice(1))),
    values: values
      .filter((row) => prefixes.every((prefix, index) => row[index]?.startsWith(prefix) === true))
      .map((row) => row.map((value, index) => value.slice(prefixes[index]?.length ?? 0))),
  };
}

function reread(
  database: Queryable,
  step: Records,
  key: readonly Term[],
  constants: readonly (readonly [string, string])[],
): Promise<Records['values']> {
  const filters = constants.map(([name], index) => `r.${quoteIdentifier(name)}::text = $${index + 2}`);
  const where = [keyIsAmong(step.key, step.cleaned, 1), ...filters].join(' and ');
  const values = [JSON.stringify(step.values), ...constants.map(([, value]) => value)];
  return distinctKeys(database, step.place, key, where, values);
}

function hasColumn(place: Place, name: string): boolean {
  return place.columns.some((one) => one.name === name);
}
