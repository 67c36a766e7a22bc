import { typeFault } from '../fault.js';
import type { Call, CallResult } from '../values/call.js';
import { equals } from '../values/equals.js';
import { HostFunction } from '../values/host-function.js';
import { HostObject } from '../values/host-object.js';
import { Undefined, type UndefinedMode } from '../values/undefined.js';
import type { Value } from '../values/value.js';

/** `loop` inside a for loop. */
export class LoopContext extends HostObject {
  readonly typeName = 'LoopContext';
  index0 = 0;
  readonly #items: readonly Value[];
  readonly #depth0: number;
  readonly #mode: UndefinedMode;
  readonly #recurse: ((call: Call, depth: number) => CallResult) | null;
  #lastChanged: readonly Value[] | null = null;

  constructor(
    items: readonly Value[],
    depth0: number,
    mode: UndefinedMode,
    recurse: ((call: Call, depth: number) => CallResult) | null,
  ) {
    super();
    this.#items = items;
    this.#depth0 = depth0;
    this.#mode = mode;
    this.#recurse = recurse;
  }

  override call(call: Call): CallResult {
    if (!this.#recurse)
      throw typeFault('the loop is not recursive: write `{% for … recursive %}` to call it');
    return this.#recurse(call, this.#depth0 + 1);
  }

  override length(): number {
    return this.#items.length;
  }

  override isTrue(): boolean {
    return true;
  }

  override getAttribute(name: string): Value | undefined {
    const { length } = this.#items;
    switch (name) {
      case 'index':
        return this.index0 + 1;
      case 'index0':
        return this.index0;
      case 'revindex':
        return length - this.index0;
      case 'revindex0':
        return length - this.index0 - 1;
      case 'first':
        return this.index0 === 0;
      case 'last':
        return this.index0 === length - 1;
      case 'length':
        return length;
      case 'depth':
        return this.#depth0 + 1;
      case 'depth0':
        return this.#depth0;
      case 'previtem':
        return this.#item(this.index0 - 1, 'there is no previous item');
      case 'nextitem':
        return this.#item(this.index0 + 1, 'there is no next item');
      case 'cycle':
        return new HostFunction('cycle', (call) => this.#cycle(call));
      case 'changed':
        return new HostFunction('changed', (call) => this.#changed(call));
    }
    return undefined;
  }

  #item(index: number, otherwise: string): Value {
    const item = this.#items[index];
    return item === undefined ? new Undefined(otherwise, this.#mode) : item;
  }

  #cycle({ args }: Call): Value {
    if (args.length === 0) throw typeFault('no items for cycling given');
    return args[this.index0 % args.length] as Value;
  }

  #changed({ args }: Call): Value {
    const last = this.#lastChanged;
    const same =
      last?.length === args.length && last.every((value, index) => equals(value, args[index] as Value));
    if (!same) this.#lastChanged = args;
    return !same;
  }

  override repr(): string {
    return `<LoopContext ${this.index0 + 1}/${this.#items.length}>`;
  }
}
