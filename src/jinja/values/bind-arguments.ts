import { typeFault } from '../fault.js';
import type { Call } from './call.js';
import type { Value } from './value.js';

/**
 * The arguments of a call by parameter, undefined where one was not given: Python's binding, with its faults for
 * missing, surplus and unknown arguments. The first `required` parameters must be given.
 */
export function bindArguments(
  name: string,
  call: Pick<Call, 'args' | 'kwargs'>,
  parameters: readonly string[],
  required = 0,
): (Value | undefined)[] {
  const { args, kwargs } = call;
  if (args.length > parameters.length) {
    throw typeFault(`${name}() takes at most ${parameters.length} arguments (${args.length} given)`);
  }
  const bound: (Value | undefined)[] = [...args];
  bound.length = parameters.length;
  for (const [key, value] of kwargs) {
    const index = parameters.indexOf(key);
    if (index < 0) throw typeFault(`${name}() got an unexpected keyword argument '${key}'`);
    if (index < args.length) throw typeFault(`${name}() got multiple values for argument '${key}'`);
    bound[index] = value;
  }
  for (let i = 0; i < required; i++) {
    if (bound[i] === undefined) {
      throw typeFault(`${name}() missing required argument: '${parameters[i] ?? ''}'`);
    }
  }
  return bound;
}
