import { Float } from '../../jinja/values/float.js';

/** Whether a value of YAML was written as a whole float, such as `1.0`: it is told as it was written. */
export function isFloat(value: unknown): boolean {
  return value instanceof Float;
}
