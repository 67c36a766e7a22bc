import { limitFault, typeFault, valueFault } from '../fault.js';
import { Namespace } from '../evaluate/namespace.js';
import { entriesOf } from '../methods/dict-methods.js';
import { integerArgument } from '../methods/argument.js';
import type { Call } from '../values/call.js';
import { Dict } from '../values/dict.js';
import { HostFunction } from '../values/host-function.js';
import type { Value } from '../values/value.js';
import { Cycler } from './cycler.js';
import { Joiner } from './joiner.js';
import { Range } from './range.js';

/** The functions every template sees. */
export const builtinFunctions: ReadonlyMap<string, Value> = new Map<string, Value>(
  Object.entries({
    range,
    dict: (call: Call) => new Dict(entriesOf(call, 'dict')),
    namespace: (call: Call) => new Namespace(new Dict(entriesOf(call, 'namespace'))),
    cycler: (call: Call) => {
      if (call.args.length === 0) throw valueFault('at least one item has to be provided');
      return new Cycler(call.args);
    },
    joiner: (call: Call) => new Joiner(call.args[0] ?? call.kwargs.get('sep') ?? ', '),
  }).map(([name, run]) => [name, new HostFunction(name, run)]),
);

function range(call: Call): Value {
  if (call.kwargs.size > 0) throw typeFault('range() takes no keyword arguments');
  const numbers = call.args.map((arg) => integerArgument(arg, 0));
  if (numbers.length === 0 || numbers.length > 3)
    throw typeFault(`range expected 1 to 3 arguments, got ${numbers.length}`);
  const [first = 0, second = 0, step = 1] = numbers;
  if (step === 0) throw valueFault('range() arg 3 must not be zero');
  const made = numbers.length === 1 ? new Range(0, first, 1) : new Range(first, second, step);
  if (made.length() > call.context.limits.size) throw limitFault('a range of too many numbers', 'size');
  return made;
}
