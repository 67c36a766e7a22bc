import { quoteIdentifier } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { CellSource, EqualColumns } from '../sql/lineage/row-lineage.js';
import { distinctKeys } from './distinct-keys.js';
import type { Records } from './find-records.js';
import { isOneOf } from './is-one-of.js';
import { column as columnTerm, keyIsAmong, plainColumn } from './term.js';
import type { Place, Places } from './places.js';
import type { SubjectColumns } from './subject-columns.js';

interface Joined {
  readonly place: Place;
  readonly column: string;
  /** Columns of the place and what they must hold for the join to mean this record. */
  readonly when: readonly (readonly [string, string])[];
}

/** Where a relation with the subject's key says whose a row is. */
interface Claim {
  readonly place: Place;
  /** The row's key there, column by column. */
  readonly columns: readonly string[];
  readonly constants: readonly (readonly [string, string])[];
}

/** What belongs to records without naming a person itself: the lines of an order, the messages of a chat. */
export class JoinedRecords {
  private readonly joined = new Map<string, Joined[]>();
  private readonly readers = new Map<string, Place[]>();
  private readonly claims = new Map<string, readonly Claim[]>();

  constructor(
    private readonly database: Queryable,
    private readonly places: Places,
    private readonly subjects: SubjectColumns,
    private readonly ids: readonly string[],
  ) {
    for (const place of places.values()) {
      for (const pair of place.lineage?.equal ?? []) {
        this.note(pair.a, pair.b, pair);
        this.note(pair.b, pair.a, pair);
      }
      const read = new Set(
        place.lineage?.branches.flatMap((branch) =>
          [...branch.values()].flatMap((cell) =>
            cell.kind === 'copy' ? cell.from.map((from) => from.relation) : [],
          ),
        ),
      );
      for (const id of read) this.readers.set(id, [...(this.readers.get(id) ?? []), place]);
    }
  }

  /** The rows joined to a step's records by their key, without those that are known to be somebody else's. */
  async of(step: Records): Promise<readonly Records[]> {
    const column = step.key.length === 1 ? plainColumn(step.key[0]) : undefined;
    if (column === undefined) return [];
    const steps: Records[] = [];
    for (const { place, column: theirs, when } of this.joined.get(`${step.place.id}.${column}`) ?? []) {
      const filters = when.map(([name], index) => ` and r.${quoteIdentifier(name)}::text = $${index + 2}`);
      const texts = step.values.map(([value]) => value ?? '');
      const held = `${isOneOf(place, theirs, texts, 1)}${filters.join('')}`;
      for (const key of place.keys) {
        const values = await distinctKeys(this.database, place, key.map(columnTerm), held, [
          texts,
          ...when.map(([, value]) => value),
        ]);
        const path = `${step.path} = ${place.title}.${theirs}`;
        const own = await this.withoutOthers(place, key, values);
        steps.push({ place, key: key.map(columnTerm), cleaned: false, values: own, path });
      }
    }
    return steps;
  }

  /** To be joined to, `to` must be the key of a record; what is joined has a key and names no person. */
  private note(to: CellSource, from: CellSource, { when }: EqualColumns): void {
    const place = this.places.get(from.relation);
    const owner = this.places.get(to.relation);
    if (!place || !owner || place.id === owner.id || owner.node?.resource_type === 'seed') return;
    if (place.kind === 'source' || place.node?.resource_type === 'seed') return;
    if (place.keys.length === 0 || this.subjects.has(place.id)) return;
    if (!isKey(owner, to.column)) return;
    // a condition on the record itself cannot be told from its key
    if (when.some(({ source }) => source.item === to.item)) return;
    const constants = when.map(({ source, value }) => [source.column, value] as const);
    const key = `${owner.id}.${to.column}`;
    const list = this.joined.get(key) ?? [];
    const same = (one: Joined): boolean =>
      one.place.id === place.id && one.column === from.column && one.when.join() === constants.join();
    if (!list.some(same)) list.push({ place, column: from.column, when: constants });
    this.joined.set(key, list);
  }

  private async withoutOthers(
    place: Place,
    key: readonly string[],
    values: readonly (readonly string[])[],
  ): Promise<readonly (readonly string[])[]> {
    let own = values;
    for (const { place: claimed, columns, constants } of this.claimsOn(place, key)) {
      if (own.length === 0) break;
      const subject = (this.subjects.get(claimed.id) ?? []).map(
        (column) => `r.${quoteIdentifier(column)}::text`,
      );
      const held = keyIsAmong(columns.map(columnTerm), false, 1);
      const filters = constants.map(([name], index) => `r.${quoteIdentifier(name)}::text = $${index + 3}`);
      const others = `coalesce(${subject.map((one) => `${one} <> all ($2)`).join(' and ')}, false)`;
      const taken = await distinctKeys(
        this.database,
        claimed,
        columns.map(columnTerm),
        [held, others, ...filters].join(' and '),
        [JSON.stringify(own), this.ids, ...constants.map(([, value]) => value)],
      );
      const texts = new Set(taken.map((row) => JSON.stringify(row)));
      own = own.filter((row) => !texts.has(JSON.stringify(row)));
    }
    return own;
  }

  private claimsOn(place: Place, key: readonly string[]): readonly Claim[] {
    const name = JSON.stringify([place.id, key]);
    let claims = this.claims.get(name);
    if (!claims) this.claims.set(name, (claims = this.follow({ place, columns: key, constants: [] }, 4)));
    return claims;
  }

  /** Forward through the relations that carry a whole key, with the constants that tell which union's member it is. */
  private follow(from: Claim, steps: number): readonly Claim[] {
    const found: Claim[] = [];
    for (const reader of this.readers.get(from.place.id) ?? []) {
      for (const claim of carried(reader, from)) {
        if (this.subjects.has(reader.id)) found.push(claim);
        else if (steps > 1 && reader.id !== from.place.id) found.push(...this.follow(claim, steps - 1));
      }
    }
    return found;
  }
}

function carried(reader: Place, from: Claim): readonly Claim[] {
  const claims: Claim[] = [];
  for (const branch of reader.lineage?.branches ?? []) {
    const items = new Map<number, Map<string, string>>();
    for (const [name, cell] of branch) {
      if (cell.kind !== 'copy' || cell.from.length > 1) continue;
      for (const { item, relation, column, cleaned } of cell.from) {
        if (relation !== from.place.id || cleaned) continue;
        const columns = items.get(item) ?? new Map<string, string>();
        if (!columns.has(column)) columns.set(column, name);
        items.set(item, columns);
      }
    }
    const own = [...branch].flatMap(([name, cell]) =>
      cell.kind === 'constant' && cell.value !== null ? [[name, cell.value] as const] : [],
    );
    for (const columns of items.values()) {
      const key = from.columns.map((column) => columns.get(column));
      const kept = from.constants.map(([column, value]) => [columns.get(column), value] as const);
      if (![...key, ...kept.map(([column]) => column)].every((column) => column !== undefined)) continue;
      claims.push({
        place: reader,
        columns: key as string[],
        constants: [...(kept as (readonly [string, string])[]), ...own],
      });
    }
  }
  return claims;
}

function isKey(place: Place, column: string): boolean {
  return place.keys.some((key) => key.length === 1 && key[0] === column);
}
