import { HostFunction } from '../values/host-function.js';
import { HostObject } from '../values/host-object.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';

/** `cycler('a', 'b')`: gives its items in turn, over and over. */
export class Cycler extends HostObject {
  readonly typeName = 'Cycler';
  readonly #items: readonly Value[];
  #position = 0;

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  get #current(): Value {
    return this.#items[this.#position] as Value;
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.#current;
      case 'items':
        return new Tuple(this.#items);
      case 'pos':
        return this.#position;
      case 'next':
        return new HostFunction('next', () => {
          const item = this.#current;
          this.#position = (this.#position + 1) % this.#items.length;
          return item;
        });
      case 'reset':
        return new HostFunction('reset', () => {
          this.#position = 0;
          return null;
        });
    }
    return undefined;
  }
}
