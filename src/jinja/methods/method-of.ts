import type { Call } from '../values/call.js';
import { Dict } from '../values/dict.js';
import { HostFunction } from '../values/host-function.js';
import { asNumber, isFloat, isInteger } from '../values/number.js';
import { PySet } from '../values/set.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';
import { dictMethods } from './dict-methods.js';
import { listMethods } from './list-methods.js';
import type { Method } from './method.js';
import { floatMethods, integerMethods, numberAttributes } from './number-methods.js';
import { setMethods } from './set-methods.js';
import { stringMethods } from './string-methods.js';
import { tupleMethods } from './tuple-methods.js';

/** The method (or, of a number, attribute) `name` of plain data; undefined if its kind has none of that name. */
export function methodOf(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') return bind(stringMethods.get(name), value, name);
  if (value instanceof Dict) return bind(dictMethods.get(name), value, name);
  if (Array.isArray(value)) return bind(listMethods.get(name), value, name);
  if (value instanceof Tuple) return bind(tupleMethods.get(name), value, name);
  if (value instanceof PySet) return bind(setMethods.get(name), value, name);
  const attribute = asNumber(value) && numberAttributes.get(name)?.(value);
  if (attribute !== undefined) return attribute;
  if (isInteger(value)) return bind(integerMethods.get(name), value, name);
  if (isFloat(value)) return bind(floatMethods.get(name), value, name);
  return undefined;
}

function bind<T>(method: Method<T> | undefined, self: T, name: string): HostFunction | undefined {
  return method && new HostFunction(name, (call: Call) => method(self, call));
}
