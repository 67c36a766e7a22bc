import { typeFault } from '../fault.js';
import { Dict } from './dict.js';
import { Float } from './float.js';
import { HostObject } from './host-object.js';
import { normalInteger } from './integer.js';
import { isFloat } from './number.js';
import { str } from './repr.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/**
 * A value of plain JavaScript (what JSON or YAML gives) as one of the language. Objects and Maps become dicts,
 * `undefined` becomes None; a number with a fraction becomes a float. Values of the language stay as they are.
 */
export function fromPlain(plain: unknown): Value {
  switch (typeof plain) {
    case 'string':
    case 'boolean':
      return plain;
    case 'number':
      return Number.isSafeInteger(plain) ? plain : new Float(plain);
    case 'bigint':
      return normalInteger(plain);
    case 'undefined':
      return null;
  }
  if (plain === null) return null;
  if (Array.isArray(plain)) return plain.map(fromPlain);
  if (isValueObject(plain)) return plain;
  if (plain instanceof Map)
    return new Dict([...plain].map(([key, value]) => [fromPlain(key), fromPlain(value)]));
  if (plain instanceof Set) return new PySet([...plain].map(fromPlain));
  if (typeof plain === 'object')
    return new Dict(Object.entries(plain).map(([key, value]) => [key, fromPlain(value)]));
  throw typeFault(`a ${typeof plain} is no value of a template`);
}

function isValueObject(value: unknown): value is Float | Tuple | Dict | PySet | Undefined | HostObject {
  return (
    value instanceof HostObject ||
    value instanceof Dict ||
    value instanceof Tuple ||
    value instanceof PySet ||
    value instanceof Float ||
    value instanceof Undefined
  );
}

/** The value as JSON has it: dict keys as text, tuples and sets as arrays, undefined as null. */
export function toPlain(value: Value): unknown {
  if (isFloat(value)) return value instanceof Float ? value.value : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Tuple) return value.items.map(toPlain);
  if (value instanceof PySet) return [...value].map(toPlain);
  if (value instanceof Undefined) return null;
  if (value instanceof Dict) {
    // own properties whatever the key, `__proto__` too
    return Object.fromEntries([...value].map(([key, item]) => [str(key), toPlain(item)]));
  }
  if (value instanceof HostObject && value.toPlain) return toPlain(value.toPlain());
  throw typeFault(`a ${typeName(value)} is no plain data`);
}
