import { codePoints } from '../values/code-points.js';
import { typeFault, valueFault } from '../fault.js';
import { HostObject } from '../values/host-object.js';
import { isInteger } from '../values/number.js';
import { Tuple } from '../values/tuple.js';
import { Undefined, type UndefinedMode } from '../values/undefined.js';
import type { Value } from '../values/value.js';

/** `object[start:stop:step]` */
export function slice(object: Value, start: Value, stop: Value, step: Value, mode: UndefinedMode): Value {
  if (object instanceof Undefined) {
    if (object.mode === 'silent') return object;
    throw object.fault();
  }
  if (typeof object === 'string') return take(codePoints(object), start, stop, step).join('');
  if (Array.isArray(object)) return take(object, start, stop, step);
  if (object instanceof Tuple) return new Tuple(take(object.items, start, stop, step));
  if (object instanceof HostObject && object.isSequence && object.iterate) {
    return take([...object.iterate()], start, stop, step);
  }
  return new Undefined('the value cannot be sliced', mode);
}

function take<T>(items: readonly T[], startValue: Value, stopValue: Value, stepValue: Value): T[] {
  const { length } = items;
  const step = bound(stepValue) ?? 1;
  if (step === 0) throw valueFault('slice step cannot be zero');
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (value: number | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise;
    return Math.min(high, Math.max(low, value < 0 ? value + length : value));
  };
  const start = clamp(bound(startValue), step > 0 ? low : high);
  const stop = clamp(bound(stopValue), step > 0 ? high : low);
  const taken: T[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) taken.push(items[i] as T);
  return taken;
}

function bound(value: Value): number | undefined {
  if (value === null) return undefined;
  if (isInteger(value)) return Number(value);
  throw typeFault('slice indices must be integers or None');
}
