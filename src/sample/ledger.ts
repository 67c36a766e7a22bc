import type { Random } from './random.js';
import { day, hour, minute, timeOf } from './calendar.js';

export type Value = string | number | boolean | null;

/** A row on its way out: the relation (`raw_crm.contacts`, `truth.people`) and its values by column. */
export interface SampleRow {
  readonly relation: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** A record that belongs to a person, with the identifiers it bears in the clear. */
interface Belonging {
  readonly relation: string;
  readonly recordId: string;
  readonly keys: readonly string[];
}

export interface Arrival {
  /** How likely the row is delivered a second time; default 0. */
  readonly twice?: number;
  /** How likely it is late, by hours up to three days; default 0.02. */
  readonly late?: number;
}

/**
 * Takes down what happens. Rows are held for one household only and then handed on, so that memory does not grow with
 * the number of people; keys are counted through the whole story.
 */
export class Ledger {
  readonly #start: number;
  readonly #end: number;
  #rows: SampleRow[] = [];
  #belongings: Belonging[] = [];
  readonly #counters = new Map<string, number>();

  /** Raw rows of the whole story so far, those among them that are not handed over. */
  written = 0;

  /** `window`: raw rows that arrive outside of it are counted and not handed over. */
  constructor(
    start: number,
    end: number,
    private readonly window: { readonly from: number; readonly before: number } = {
      from: -Infinity,
      before: Infinity,
    },
  ) {
    this.#start = start;
    this.#end = end;
  }

  /** The next key of a kind: `C000001`. */
  key(prefix: string, width: number): string {
    const number = (this.#counters.get(prefix) ?? 0) + 1;
    this.#counters.set(prefix, number);
    return prefix + String(number).padStart(width, '0');
  }

  /**
   * A row that came to be at `at` (seconds) and arrives a little later. What would arrive after the story's end is not
   * written; tells whether it was.
   */
  row(
    random: Random,
    relation: string,
    at: number,
    values: Readonly<Record<string, Value>>,
    { twice = 0, late = 0.02 }: Arrival = {},
  ): boolean {
    // what is older than the story came with the first load
    let loaded = Math.max(at, this.#start) + random.between(2, 58) * minute;
    if (random.chance(late)) loaded += random.between(2, 70) * hour;
    if (loaded >= this.#end) return false;
    const add = (when: number): void => {
      this.written += 1;
      // by the minute, as the row says it
      const minuteOfArrival = when - (when % minute);
      if (minuteOfArrival < this.window.from || minuteOfArrival >= this.window.before) return;
      this.#rows.push({ relation, values: { ...values, _loaded_at: `${timeOf(when).slice(0, 16)}Z` } });
    };
    add(loaded);
    if (twice > 0 && random.chance(twice)) {
      const again = loaded + random.between(1, 48) * hour;
      if (again < this.#end) add(again);
    }
    return true;
  }

  /** A row of the truth, which does not arrive: it is known. */
  truth(table: string, values: Readonly<Record<string, Value>>): void {
    this.#rows.push({ relation: `truth.${table}`, values });
  }

  /** The record is the present person's; `keys` are the unmasked, correct or mistyped identifiers that it bears. */
  belongs(relation: string, recordId: string, keys: readonly (string | null)[]): void {
    this.#belongings.push({ relation, recordId, keys: keys.filter((key) => key !== null) });
  }

  /**
   * Closes a person: writes whose each record is, and which of the person's records hang together by identifiers
   * (`reach`), since nobody can tie a masked marketplace buyer to an account.
   */
  closePerson(personId: number): number {
    const group = new Map<string, number>();
    const parent = this.#belongings.map((_, index) => index);
    const find = (index: number): number => {
      let at = index;
      while (parent[at] !== at) at = parent[at] ?? at;
      return at;
    };
    this.#belongings.forEach(({ keys }, index) => {
      for (const key of keys) {
        const first = group.get(key);
        if (first === undefined) group.set(key, index);
        else parent[find(index)] = find(first);
      }
    });
    const reach = new Map<number, number>();
    const written = new Set<string>();
    this.#belongings.forEach(({ relation, recordId }, index) => {
      const name = `${relation} ${recordId}`;
      if (written.has(name)) return;
      written.add(name);
      const root = find(index);
      const number = reach.get(root) ?? reach.size + 1;
      reach.set(root, number);
      this.truth('records', {
        relation: relation.slice('raw_'.length),
        record_id: recordId,
        person_id: personId,
        reach: number,
      });
    });
    const count = this.#belongings.length;
    this.#belongings = [];
    return count;
  }

  /** Hands over what was taken down since the last time. */
  take(): SampleRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

/** Late deliveries and repeats of event streams, as brokers make them. */
export const streamed: Arrival = { twice: 0.012, late: 0.03 };

export const aWeek = 7 * day;
