import { compare } from './compare.js';
import type { Value } from './value.js';

/** The items in the order of their keys; stable, also when reversed, as Python's sort is. */
export function sortedBy(items: readonly Value[], keys: readonly Value[], reverse = false): Value[] {
  const order = items.map((_, index) => index);
  const sign = reverse ? -1 : 1;
  order.sort((a, b) => sign * compare(keys[a] as Value, keys[b] as Value) || a - b);
  return order.map((index) => items[index] as Value);
}
