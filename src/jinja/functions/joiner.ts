import { HostObject } from '../values/host-object.js';
import type { Value } from '../values/value.js';

/** `joiner(', ')`: gives nothing when first called, and the separator ever after. */
export class Joiner extends HostObject {
  readonly typeName = 'Joiner';
  readonly #separator: Value;
  #used = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  override call(): Value {
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }
}
