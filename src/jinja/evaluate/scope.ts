import { didYouMean } from '../../errors/suggest.js';
import { builtinFunctions } from '../functions/builtin-functions.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import type { Frame } from './frame.js';

/** The variables of a loop turn, macro or block, over those of what surrounds it. */
export class Scope {
  readonly frame: Frame;
  readonly #parent: Scope | null;
  #variables: Map<string, Value> | null = null;

  constructor(frame: Frame, parent: Scope | null) {
    this.frame = frame;
    this.#parent = parent;
  }

  set(name: string, value: Value): void {
    this.#variables ??= new Map();
    this.#variables.set(name, value);
  }

  lookup(name: string): Value | undefined {
    let value = this.#variables?.get(name);
    for (let scope = this.#parent; value === undefined && scope !== null; scope = scope.#parent) {
      value = scope.#variables?.get(name);
    }
    if (value === undefined) value = this.frame.globals.get(name);
    return value === undefined ? builtinFunctions.get(name) : value;
  }

  get(name: string): Value {
    const value = this.lookup(name);
    return value === undefined ? this.#missing(name) : value;
  }

  #missing(name: string): Undefined {
    return new Undefined(`'${name}' is undefined`, this.frame.execution.undefinedMode, {
      name,
      hint: () => didYouMean(name, this.#names()),
    });
  }

  *#names(): Iterable<string> {
    if (this.#variables) yield* this.#variables.keys();
    if (this.#parent) yield* this.#parent.#names();
    else {
      yield* this.frame.globals.keys?.() ?? [];
      yield* builtinFunctions.keys();
    }
  }
}
