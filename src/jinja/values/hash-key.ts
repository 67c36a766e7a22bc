import { typeFault } from '../fault.js';
import { Float } from './float.js';
import { HostObject } from './host-object.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/**
 * What stands for a value in a JavaScript Map, so that values equal in Python meet: `1`, `1.0` and `True`; equal
 * tuples. Strings and integers stand for themselves. Lists, dicts and sets are not hashable.
 */
export function hashKey(value: Value): unknown {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
  }
  if (value === null) return null;
  if (value instanceof Float) return floatKey(value.value);
  if (value instanceof Tuple) return `\u0000tuple${value.items.map(keyText).join('')}`;
  if (value instanceof HostObject) return value.hashKey === undefined ? value : value.hashKey();
  if (value instanceof Undefined) {
    value.check();
    return undefinedKey;
  }
  throw typeFault(`unhashable type: '${typeName(value)}'`);
}

function floatKey(value: number): number | bigint {
  if (value === 0) return 0; // minus zero too
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** All undefined values are equal. */
const undefinedKey = Symbol('undefined');

const objectIds = new WeakMap<object, number>();
let lastObjectId = 0;

/** A hash key as text that no other key has: its kind and length lead. */
function keyText(value: Value): string {
  const key = hashKey(value);
  if (typeof key === 'object' && key !== null) {
    let id = objectIds.get(key);
    if (id === undefined) objectIds.set(key, (id = ++lastObjectId));
    return `\u0000o${String(id)}`;
  }
  const text = String(key);
  return `\u0000${typeof key}${String(text.length)}:${text}`;
}
