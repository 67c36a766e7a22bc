import { Dict } from './dict.js';
import type { Value } from './value.js';

/** A Python set, in the order of insertion (Python's own order is arbitrary). */
export class PySet {
  readonly #members = new Dict();

  constructor(members: Iterable<Value> = []) {
    for (const member of members) this.add(member);
  }

  get size(): number {
    return this.#members.size;
  }

  has(value: Value): boolean {
    return this.#members.has(value);
  }

  add(value: Value): void {
    if (!this.#members.has(value)) this.#members.set(value, null);
  }

  delete(value: Value): boolean {
    return this.#members.delete(value);
  }

  clear(): void {
    this.#members.clear();
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.#members.keys();
  }
}
