import { Float } from './float.js';
import { HostObject } from './host-object.js';
import { Tuple } from './tuple.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** The name of a value's type in Python: `str`, `NoneType`. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
  }
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (value instanceof HostObject) return value.typeName;
  if (value instanceof Float) return 'float';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Undefined) return 'Undefined';
  // a Dict or a set: told apart without importing them, since their keys' messages need this function
  return 'get' in value ? 'dict' : 'set';
}
