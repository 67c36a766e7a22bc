import { equals } from '../values/equals.js';
import { HostObject } from '../values/host-object.js';
import { asNumber, isInteger } from '../values/number.js';
import type { SliceBounds } from '../values/slice-bounds.js';
import type { Value } from '../values/value.js';

/** What `range(…)` gives: its numbers are made while they are walked. */
export class Range extends HostObject {
  readonly typeName = 'range';
  readonly #start: number;
  readonly #stop: number;
  readonly #step: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.#start = start;
    this.#stop = stop;
    this.#step = step;
  }

  override *iterate(): Iterable<Value> {
    const length = this.length();
    for (let i = 0; i < length; i++) yield this.#start + i * this.#step;
  }

  override length(): number {
    return Math.max(0, Math.ceil((this.#stop - this.#start) / this.#step));
  }

  override getItem(key: Value): Value | undefined {
    if (!isInteger(key)) return undefined;
    const index = Number(key) < 0 ? Number(key) + this.length() : Number(key);
    return index >= 0 && index < this.length() ? this.#start + index * this.#step : undefined;
  }

  override slice({ start, stop, step }: SliceBounds): Value {
    return new Range(this.#start + start * this.#step, this.#start + stop * this.#step, this.#step * step);
  }

  override contains(value: Value): boolean {
    const number = asNumber(value);
    if (!number) return false;
    const index = (Number(number.value) - this.#start) / this.#step;
    return Number.isInteger(index) && index >= 0 && index < this.length();
  }

  override equals(other: Value): boolean {
    return other instanceof Range && equals([...this.iterate()], [...other.iterate()]);
  }

  override repr(): string {
    const step = this.#step === 1 ? '' : `, ${this.#step}`;
    return `range(${this.#start}, ${this.#stop}${step})`;
  }
}
