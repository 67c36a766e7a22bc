import { typeFault, valueFault } from '../fault.js';
import { codePoints } from '../values/code-points.js';
import { HostObject } from '../values/host-object.js';
import { isInteger } from '../values/number.js';
import { sliceBounds, type SliceBounds } from '../values/slice-bounds.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

/** `object[start:stop:step]` */
export function slice(object: Value, start: Value, stop: Value, step: Value): Value {
  if (object instanceof Undefined) {
    if (object.mode === 'silent') return object;
    throw object.fault();
  }
  const boundsOf = (length: number): SliceBounds => {
    const by = bound(step);
    if (by === 0) throw valueFault('slice step cannot be zero');
    return sliceBounds(length, bound(start), bound(stop), by);
  };
  if (typeof object === 'string') {
    const points = codePoints(object);
    return take(points, boundsOf(points.length)).join('');
  }
  if (Array.isArray(object)) return take(object, boundsOf(object.length));
  if (object instanceof Tuple) return new Tuple(take(object.items, boundsOf(object.items.length)));
  if (object instanceof HostObject && object.slice && object.length) {
    return object.slice(boundsOf(object.length()));
  }
  throw typeFault(`'${typeName(object)}' object cannot be sliced`);
}

function take<T>(items: readonly T[], { start, stop, step }: SliceBounds): T[] {
  const taken: T[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) taken.push(items[i] as T);
  return taken;
}

function bound(value: Value): number | null {
  if (value === null) return null;
  if (isInteger(value)) return Number(value);
  throw typeFault('slice indices must be integers or None');
}
