import type { Call, CallResult } from './call.js';
import { HostObject } from './host-object.js';

/** A function of the host's, or a method of a value, as a value of the language. */
export class HostFunction extends HostObject {
  readonly typeName: string = 'function';
  readonly name: string;
  readonly #run: (call: Call) => CallResult;

  constructor(name: string, run: (call: Call) => CallResult) {
    super();
    this.name = name;
    this.#run = run;
  }

  override call(call: Call): CallResult {
    return this.#run(call);
  }

  override repr(): string {
    return `<function ${this.name}>`;
  }
}
