import { Float } from '../../jinja/values/float.js';

/** Whether plain data of YAML is a float without a fraction, `1.0`: no JavaScript number, its text is as written. */
export function isWholeFloat(value: unknown): value is { toString(): string } {
  return value instanceof Float;
}
