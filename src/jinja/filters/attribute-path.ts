import type { CallContext } from '../values/call.js';
import { isInteger } from '../values/number.js';
import { str } from '../values/repr.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

export type Getter = (item: Value) => Value;

/**
 * The getter that a filter's `attribute` argument means: a path with dots, whose numbers are indexes; the item
 * itself if there is none. `otherwise` stands in for what is undefined on the way.
 */
export function attributeGetter(
  attribute: Value | undefined,
  context: CallContext,
  otherwise?: Value,
): Getter {
  if (attribute === undefined || attribute === null) return (item) => item;
  const parts: Value[] = isInteger(attribute)
    ? [attribute]
    : str(attribute)
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = context.getItem(value, part);
      if (otherwise !== undefined && otherwise !== null && value instanceof Undefined) value = otherwise;
    }
    return value;
  };
}

/** Strings in lower case, unless case is to count. */
export function foldCase(caseSensitive: boolean): Getter {
  return caseSensitive
    ? (value) => value
    : (value) => (typeof value === 'string' ? value.toLowerCase() : value);
}
