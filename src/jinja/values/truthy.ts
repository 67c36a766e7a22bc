import { Dict } from './dict.js';
import { Float } from './float.js';
import { HostObject } from './host-object.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** Python's truth of a value. */
export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
  }
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof HostObject) return value.isTrue();
  if (value instanceof Dict || value instanceof PySet) return value.size > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Undefined) value.check();
  return false;
}
