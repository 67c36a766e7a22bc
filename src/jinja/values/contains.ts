import { typeFault } from '../fault.js';
import { Dict } from './dict.js';
import { equals } from './equals.js';
import { HostObject } from './host-object.js';
import { tryIterate } from './iterate.js';
import { PySet } from './set.js';
import { typeName } from './type-name.js';
import type { Value } from './value.js';

/** `value in container` */
export function contains(container: Value, value: Value): boolean {
  if (typeof container === 'string') {
    if (typeof value === 'string') return container.includes(value);
    throw typeFault(`'in <string>' requires string as left operand, not ${typeName(value)}`);
  }
  if (container instanceof Dict || container instanceof PySet) return container.has(value);
  if (container instanceof HostObject && container.contains) return container.contains(value);
  const items = tryIterate(container);
  if (items === undefined) throw typeFault(`argument of type '${typeName(container)}' is not iterable`);
  for (const item of items) if (item === value || equals(item, value)) return true;
  return false;
}
