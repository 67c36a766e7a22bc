import { methodOf } from '../../jinja/methods/method-of.js';
import { Dict } from '../../jinja/values/dict.js';
import { Float } from '../../jinja/values/float.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { repr } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import { toPlain, toValue } from './plain.js';

/**
 * Plain data that behaves as a dict and is turned into values only where a template looks: `model`, and the
 * thousands of entries of `graph.nodes`.
 */
export class LazyRecord extends HostObject {
  readonly typeName = 'dict';
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #nested: boolean;
  readonly #values = new Map<string, Value>();
  #dict: Dict | undefined;

  /** `nested`: each entry is itself a record of records, as in `graph`. */
  constructor(record: object, nested = false) {
    super();
    this.#record = record as Readonly<Record<string, unknown>>;
    this.#nested = nested;
  }

  override getItem(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.#record, key)) return undefined;
    const value = this.#entry(this.#record[key]);
    this.#values.set(key, value);
    return value;
  }

  override getAttribute(name: string): Value | undefined {
    return methodOf(this.dict(), name);
  }

  override iterate(): Iterable<Value> {
    return Object.keys(this.#record);
  }

  override length(): number {
    return Object.keys(this.#record).length;
  }

  override contains(value: Value): boolean {
    return typeof value === 'string' && Object.hasOwn(this.#record, value);
  }

  override get isMapping(): boolean {
    return true;
  }

  override toPlain(): Value {
    return this.dict();
  }

  override repr(): string {
    return repr(this.dict());
  }

  dict(): Dict {
    this.#dict ??= new Dict(
      Object.keys(this.#record).map((key) => [key, this.getItem(key) ?? null] as const),
    );
    return this.#dict;
  }

  #entry(value: unknown): Value {
    if (this.#nested && typeof value === 'object' && value !== null && !(value instanceof Float))
      return new LazyRecord(value);
    return toValue(value);
  }
}

/** A value as plain data, records included. */
export function plainOf(value: Value): unknown {
  return toPlain(value instanceof LazyRecord ? value.dict() : value);
}
