import type { Dict } from '../values/dict.js';
import { HostObject } from '../values/host-object.js';
import { repr } from '../values/repr.js';
import type { Value } from '../values/value.js';

/** `namespace(a=1)`: the one object whose attributes a template may set, so that loops can hand values out. */
export class Namespace extends HostObject {
  readonly typeName = 'Namespace';
  readonly #attributes: Dict;

  constructor(attributes: Dict) {
    super();
    this.#attributes = attributes;
  }

  override getAttribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  override setAttribute(name: string, value: Value): void {
    this.#attributes.set(name, value);
  }

  override repr(): string {
    return `<Namespace ${repr(this.#attributes)}>`;
  }
}
