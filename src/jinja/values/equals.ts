import { limitFault } from '../fault.js';
import { Dict } from './dict.js';
import { HostObject } from './host-object.js';
import { asNumber, compareNumbers } from './number.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** Lists may hold a list many times over: comparing two such can take longer than anyone waits. */
const mostComparisons = 20_000_000;

/** Python's `==`: by value. `budget` counts the comparisons inside one of containers. */
export function equals(a: Value, b: Value, budget = { used: 0 }): boolean {
  if (++budget.used > mostComparisons) throw limitFault('two values are too large to compare', 'size');
  if (typeof a === 'string' || typeof b === 'string') {
    if (a === b) return true;
    if (a instanceof HostObject) return a.equals?.(b) ?? false;
    return b instanceof HostObject && (b.equals?.(a) ?? false);
  }
  const left = asNumber(a);
  if (left) {
    const right = asNumber(b);
    if (right) return compareNumbers(left.value, right.value) === 0;
  }
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof HostObject) return a.equals?.(b) ?? false;
  if (b instanceof HostObject) return b.equals?.(a) ?? false;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b, budget);
  if (a instanceof Tuple) return b instanceof Tuple && sameItems(a.items, b.items, budget);
  if (a instanceof Dict) return b instanceof Dict && sameEntries(a, b, budget);
  if (a instanceof PySet)
    return b instanceof PySet && a.size === b.size && [...a].every((member) => b.has(member));
  if (a instanceof Undefined) {
    a.check();
    return b instanceof Undefined;
  }
  return false;
}

type Budget = { used: number };

function sameItems(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  return a.length === b.length && a.every((item, index) => equals(item, b[index] as Value, budget));
}

function sameEntries(a: Dict, b: Dict, budget: Budget): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !equals(value, other, budget)) return false;
  }
  return true;
}
