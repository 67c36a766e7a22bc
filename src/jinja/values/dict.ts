import { hashKey } from './hash-key.js';
import type { Value } from './value.js';

/** A Python dict: keys of any hashable kind, in the order they were first set. */
export class Dict {
  /** By hash key. Most keys are strings, which stand for themselves. */
  readonly #values = new Map<unknown, Value>();
  /** The keys that are not their own hash key: `1.0`, `True`, tuples. */
  readonly #keys = new Map<unknown, Value>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  /** A dict of a plain object's own properties. */
  static fromRecord(record: Readonly<Record<string, Value>>): Dict {
    return new Dict(Object.entries(record));
  }

  get size(): number {
    return this.#values.size;
  }

  has(key: Value): boolean {
    return this.#values.has(hashKey(key));
  }

  get(key: Value): Value | undefined {
    return this.#values.get(hashKey(key));
  }

  set(key: Value, value: Value): this {
    const hash = hashKey(key);
    // Python keeps the key that was there first
    if (hash !== key && !this.#values.has(hash)) this.#keys.set(hash, key);
    this.#values.set(hash, value);
    return this;
  }

  delete(key: Value): boolean {
    const hash = hashKey(key);
    this.#keys.delete(hash);
    return this.#values.delete(hash);
  }

  clear(): void {
    this.#values.clear();
    this.#keys.clear();
  }

  *keys(): IterableIterator<Value> {
    for (const hash of this.#values.keys()) yield this.#key(hash);
  }

  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  *entries(): IterableIterator<[Value, Value]> {
    for (const [hash, value] of this.#values) yield [this.#key(hash), value];
  }

  [Symbol.iterator](): IterableIterator<[Value, Value]> {
    return this.entries();
  }

  #key(hash: unknown): Value {
    // without an entry of its own, the hash key is the key
    return this.#keys.get(hash) ?? (hash as Value);
  }
}
