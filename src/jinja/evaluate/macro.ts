import type { BlockDefinition } from '../parse/ast.js';
import type { Call, CallResult } from '../values/call.js';
import { HostObject } from '../values/host-object.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';

/** A macro as a value: it can be stored, passed on and called anywhere, and keeps the scope it was defined in. */
export class Macro extends HostObject {
  readonly typeName = 'Macro';
  readonly definition: BlockDefinition;
  readonly #run: (call: Call) => CallResult;

  constructor(definition: BlockDefinition, run: (call: Call) => CallResult) {
    super();
    this.definition = definition;
    this.#run = run;
  }

  get name(): string {
    return this.definition.name;
  }

  override call(call: Call): CallResult {
    return this.#run(call);
  }

  override getAttribute(name: string): Value | undefined {
    const { parameters, uses } = this.definition;
    switch (name) {
      case 'name':
        return this.name;
      case 'arguments':
        return new Tuple(parameters.map((parameter) => parameter.name));
      case 'catch_kwargs':
        return uses.kwargs;
      case 'catch_varargs':
        return uses.varargs;
      case 'caller':
        return uses.caller;
    }
    return undefined;
  }

  override repr(): string {
    return `<Macro '${this.name}'>`;
  }
}
