import { HostObject } from './host-object.js';
import type { Value } from './value.js';

/** What `map`, `select` and their kin give, a Python generator: it can be walked once, and has no length. */
export class Iterator extends HostObject {
  readonly typeName = 'generator';
  readonly #items: Value[];
  #next = 0;

  constructor(items: Value[]) {
    super();
    this.#items = items;
  }

  override *iterate(): Iterable<Value> {
    while (this.#next < this.#items.length) yield this.#items[this.#next++] as Value;
  }

  override repr(): string {
    return '<generator object>';
  }
}
