import type { Place } from '../../errors/thau-error.js';
import { typeFault } from '../fault.js';
import type { Callable } from '../filters/callable.js';
import type { Call, CallContext, CallResult, Evaluation, Limits, Pending } from '../values/call.js';
import { getAttribute, getItem } from '../values/access.js';
import { HostObject } from '../values/host-object.js';
import { truthy } from '../values/truthy.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { driveAsync } from './drive.js';
import type { Frame } from './frame.js';
import type { Scope } from './scope.js';

type Args = readonly Value[];
type Kwargs = ReadonlyMap<string, Value>;

const noKwargs: Kwargs = new Map();

/** Where a call comes from: the context it is given. */
export class CallSite implements CallContext {
  readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  get frame(): Frame {
    return this.scope.frame;
  }

  get limits(): Limits {
    return this.frame.execution.limits;
  }

  place(): Place {
    return this.frame.place();
  }

  macroStack(): readonly string[] {
    return this.frame.stack();
  }

  lookup(name: string): Value | undefined {
    return this.scope.lookup(name);
  }

  getAttribute(object: Value, name: string): Value {
    return getAttribute(object, name, this.frame.execution.undefinedMode);
  }

  getItem(object: Value, key: Value): Value {
    return getItem(object, key, this.frame.execution.undefinedMode);
  }

  undefined(message: string): Value {
    return new Undefined(message, this.frame.execution.undefinedMode);
  }

  hasFilter(name: string): boolean {
    return this.frame.execution.filters.has(name);
  }

  hasTest(name: string): boolean {
    return this.frame.execution.tests.has(name);
  }

  *invoke(callee: Value, args: Args = [], kwargs: Kwargs = noKwargs): Evaluation<Value> {
    if (callee instanceof HostObject && callee.call) {
      this.frame.execution.step();
      const call: Call = { args, kwargs, context: this };
      const result = callee.call(call);
      return isPending(result) ? yield result : given(result);
    }
    if (callee instanceof Undefined) {
      if (callee.mode === 'silent') return callee;
      throw callee.fault();
    }
    throw typeFault(`'${typeName(callee)}' object is not callable`);
  }

  invokeAsync(callee: Value, args: Args = [], kwargs: Kwargs = noKwargs): Promise<Value> {
    return driveAsync(this.invoke(callee, args, kwargs));
  }

  *filter(name: string, value: Value, args: Args, kwargs: Kwargs): Evaluation<Value> {
    const filter = this.frame.execution.filters.get(name);
    if (!filter) throw typeFault(`no filter named '${name}'`);
    return yield* this.#apply(filter, value, args, kwargs);
  }

  *test(name: string, value: Value, args: Args, kwargs: Kwargs): Evaluation<boolean> {
    const test = this.frame.execution.tests.get(name);
    if (!test) throw typeFault(`no test named '${name}'`);
    return truthy(yield* this.#apply(test, value, args, kwargs));
  }

  *#apply(callable: Callable, value: Value, args: Args, kwargs: Kwargs): Evaluation<Value> {
    this.frame.execution.step();
    const result = callable({ args: args.length === 0 ? [value] : [value, ...args], kwargs, context: this });
    return isPending(result) ? yield result : given(result);
  }
}

/** A host function written in JavaScript may give nothing back, whatever its type says. */
function given(value: Value | undefined): Value {
  return value === undefined ? null : value;
}

export function isPending(result: CallResult): result is Pending {
  if (typeof result !== 'object' || result === null || result instanceof HostObject) return false;
  return 'then' in result || 'next' in result;
}
