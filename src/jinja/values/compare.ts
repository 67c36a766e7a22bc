import { typeFault } from '../fault.js';
import { equals } from './equals.js';
import { HostObject } from './host-object.js';
import { asNumber, compareNumbers } from './number.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

export type OrderOperator = '<' | '<=' | '>' | '>=';

/** Python's order of two values: negative, 0, positive, or NaN where neither holds. A fault if they have none. */
export function compare(a: Value, b: Value, operator: OrderOperator = '<'): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const left = asNumber(a);
  const right = left && asNumber(b);
  if (left && right) return compareNumbers(left.value, right.value);
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(a, b, operator);
  if (a instanceof Tuple && b instanceof Tuple) return compareItems(a.items, b.items, operator);
  if (a instanceof HostObject) {
    const order = a.compare?.(b);
    if (order !== undefined) return order;
  }
  if (b instanceof HostObject) {
    const order = b.compare?.(a);
    if (order !== undefined) return -order;
  }
  if (a instanceof Undefined) throw a.fault();
  if (b instanceof Undefined) throw b.fault();
  throw typeFault(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

/** `<`, `<=`, `>` and `>=`; on sets they mean subset and superset. */
export function ordered(operator: OrderOperator, a: Value, b: Value): boolean {
  if (a instanceof PySet && b instanceof PySet) return orderedSets(operator, a, b);
  const order = compare(a, b, operator);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** By code point, as Python has it; JavaScript's `<` goes by UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // surrogates stand for code points above every other unit
    return unitOrder(x) - unitOrder(y);
  }
  return a.length - b.length;
}

function unitOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: OrderOperator): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a[i] as Value;
    const y = b[i] as Value;
    if (!equals(x, y)) return compare(x, y, operator);
  }
  return a.length - b.length;
}

function orderedSets(operator: OrderOperator, a: PySet, b: PySet): boolean {
  if (operator === '>' || operator === '>=') return orderedSets(operator === '>' ? '<' : '<=', b, a);
  if (operator === '<' && a.size >= b.size) return false;
  return [...a].every((member) => b.has(member));
}
