import { typeFault } from '../fault.js';
import { Dict } from './dict.js';
import { HostObject } from './host-object.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** What a loop over the value walks; undefined if it cannot be walked. Dicts give their keys. */
export function tryIterate(value: Value): Iterable<Value> | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return value; // by code point, as in Python
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Tuple) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof PySet) return value;
  if (value instanceof HostObject) return value.iterate?.();
  if (value instanceof Undefined) {
    value.check();
    return [];
  }
  return undefined;
}

export function iterate(value: Value): Iterable<Value> {
  const items = tryIterate(value);
  if (items === undefined) throw typeFault(`'${typeName(value)}' object is not iterable`);
  return items;
}

/** The items as a new array. */
export function toList(value: Value): Value[] {
  return [...iterate(value)];
}

/** `len()`; undefined if the value has no length. */
export function tryLength(value: Value): number | undefined {
  if (typeof value === 'string') return codePointLength(value);
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict || value instanceof PySet) return value.size;
  if (value instanceof HostObject) return value.length?.();
  if (value instanceof Undefined) {
    value.check();
    return 0;
  }
  return undefined;
}

const surrogates = /[\ud800-\udbff][\udc00-\udfff]/g;

/** The length of a text in code points, which is what Python counts. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (const _ of text.matchAll(surrogates)) length--;
  return length;
}
