import { Float } from './float.js';
import { HostObject } from './host-object.js';
import type { Value } from './value.js';

/** A number of Python's: booleans count as integers, as they do there. */
export type Numeric =
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number };

/** The value as a number, or undefined if it is none. Fractional JavaScript numbers from the host are floats. */
export function asNumber(value: Value): Numeric | undefined {
  switch (typeof value) {
    case 'number':
      return { kind: Number.isInteger(value) ? 'int' : 'float', value };
    case 'bigint':
      return { kind: 'int', value };
    case 'boolean':
      return { kind: 'int', value: value ? 1 : 0 };
  }
  if (value instanceof Float) return { kind: 'float', value: value.value };
  return value instanceof HostObject && value.toNumber ? asNumber(value.toNumber()) : undefined;
}

export function isInteger(value: Value): value is number | bigint | boolean {
  return (
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isInteger(value))
  );
}

export function isFloat(value: Value): value is Float | number {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));
}

/** Python's order of two numbers, exact between big integers and floats. NaN gives NaN. */
export function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
  // JavaScript compares a bigint and a number by their exact values
  return a < b ? -1 : a > b ? 1 : Number.isNaN(Number(b)) || Number.isNaN(Number(a)) ? NaN : 0;
}
