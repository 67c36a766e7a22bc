import { typeFault } from '../fault.js';
import { isInteger } from '../values/number.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

/** An argument that must be a str. */
export function stringArgument(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) throw value.fault();
  throw typeFault(`${what} must be str, not ${typeName(value ?? null)}`);
}

/** An argument that must be an int; `otherwise` if it was not given. */
export function integerArgument(value: Value | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (isInteger(value)) return Number(value);
  if (value instanceof Undefined) throw value.fault();
  throw typeFault(`'${typeName(value)}' object cannot be interpreted as an integer`);
}
