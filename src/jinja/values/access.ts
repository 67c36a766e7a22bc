import { codePoints } from './code-points.js';
import { methodOf } from '../methods/method-of.js';
import { Dict } from './dict.js';
import { HostObject } from './host-object.js';
import { isInteger } from './number.js';
import { repr } from './repr.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined, type UndefinedMode } from './undefined.js';
import type { Value } from './value.js';

/** `object.name`: the attribute, else the item of that name, else undefined. */
export function getAttribute(object: Value, name: string, mode: UndefinedMode): Value {
  if (object instanceof Undefined) return ofUndefined(object);
  let value = attributeOf(object, name);
  // none is a value like any other
  if (value === undefined) value = itemOf(object, name);
  return value === undefined ? missing(object, name, mode) : value;
}

/** `object[key]`: the item, else (for a string) the attribute, else undefined. */
export function getItem(object: Value, key: Value, mode: UndefinedMode): Value {
  if (object instanceof Undefined) return ofUndefined(object);
  let value = itemOf(object, key);
  if (value === undefined && typeof key === 'string') value = attributeOf(object, key);
  return value === undefined ? missing(object, key, mode) : value;
}

function ofUndefined(object: Undefined): Value {
  if (object.mode === 'silent') return object;
  throw object.fault();
}

/** Only what a kind of value lists as its methods can be reached, or what a host object answers. */
export function attributeOf(object: Value, name: string): Value | undefined {
  return object instanceof HostObject ? object.getAttribute(name) : methodOf(object, name);
}

function itemOf(object: Value, key: Value): Value | undefined {
  if (object instanceof Dict) {
    // an unhashable key is simply not in it
    return Array.isArray(key) || key instanceof Dict ? undefined : object.get(key);
  }
  if (object instanceof HostObject) return object.getItem(key);
  if (!isInteger(key)) return undefined;
  const index = Number(key);
  if (typeof object === 'string') return characterAt(object, index);
  const items = Array.isArray(object) ? object : object instanceof Tuple ? object.items : undefined;
  return items?.at(index);
}

const surrogate = /[\ud800-\udfff]/;

function characterAt(text: string, index: number): string | undefined {
  if (!surrogate.test(text)) return text.at(index);
  return codePoints(text).at(index);
}

function missing(object: Value, key: Value, mode: UndefinedMode): Undefined {
  const kind = object === null ? 'None' : `${typeName(object)} object`;
  if (typeof key !== 'string') return new Undefined(`${kind} has no element ${repr(key)}`, mode);
  return new Undefined(`'${kind}' has no attribute '${key}'`, mode, { name: key });
}
