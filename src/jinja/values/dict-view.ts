import type { Dict } from './dict.js';
import { equals } from './equals.js';
import { HostObject, type ObjectOperator } from './host-object.js';
import { tryIterate } from './iterate.js';
import { repr } from './repr.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import type { Value } from './value.js';

/** What `dict.keys()`, `.values()` and `.items()` give: a live view that can be walked again and again. */
export class DictView extends HostObject {
  readonly #dict: Dict;
  readonly #part: 'keys' | 'values' | 'items';

  constructor(dict: Dict, part: 'keys' | 'values' | 'items') {
    super();
    this.#dict = dict;
    this.#part = part;
  }

  get typeName(): string {
    return `dict_${this.#part}`;
  }

  override get isSequence(): boolean {
    return false;
  }

  override iterate(): Iterable<Value> {
    if (this.#part === 'keys') return this.#dict.keys();
    if (this.#part === 'values') return this.#dict.values();
    return [...this.#dict].map((entry) => new Tuple(entry));
  }

  override length(): number {
    return this.#dict.size;
  }

  override contains(value: Value): boolean {
    if (this.#part === 'keys') return this.#dict.has(value);
    for (const item of this.iterate()) if (equals(item, value)) return true;
    return false;
  }

  override equals(other: Value): boolean {
    if (this === other) return true;
    if (this.#part === 'values' || !(other instanceof DictView || other instanceof PySet)) return false;
    const mine = new PySet(this.iterate());
    return equals(mine, other instanceof DictView ? new PySet(other.iterate()) : other);
  }

  override operate(operator: ObjectOperator, other: Value, reflected: boolean): Value | undefined {
    const items = tryIterate(other);
    if (operator !== '-' || this.#part === 'values' || items === undefined) return undefined;
    const [left, right] = reflected ? [items, this.iterate()] : [this.iterate(), items];
    const without = new PySet(right);
    return new PySet([...left].filter((item) => !without.has(item)));
  }

  override repr(): string {
    return `${this.typeName}(${repr([...this.iterate()])})`;
  }
}
