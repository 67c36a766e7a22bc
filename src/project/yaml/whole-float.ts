import { Float } from '../../jinja/values/float.js';

/** The text of a float without a fraction in plain data of YAML, `1.0`; undefined for everything else. */
export function wholeFloat(value: unknown): string | undefined {
  return value instanceof Float ? value.toString() : undefined;
}
