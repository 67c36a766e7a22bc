import { Float } from '../../jinja/values/float.js';
import { normalInteger } from '../../jinja/values/integer.js';
import type { Value } from '../../jinja/values/value.js';
import { toValue } from './plain.js';

/** Texts, which stand as they are, or numbers. */
const scalars = /"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][-+]?\d+)?/g;

/** Stands in for a number that JavaScript would read as another one; no key of anybody's JSON. */
const marked = '\u0000number';

/**
 * Python's `json.loads(text)`: 1.0 stays a float, and an integer keeps all its digits. Throws a SyntaxError where the
 * text is no JSON.
 */
export function parseJson(text: string): Value {
  const plain: unknown = JSON.parse(text);
  if (!/\d[.eE]|\d{16}/.test(text)) return toValue(plain);
  const apart = text.replace(scalars, (found: string, fraction?: string, exponent?: string) => {
    if (found.startsWith('"')) return found;
    const number = Number(found);
    const isFloat = fraction !== undefined || exponent !== undefined;
    if (isFloat ? !Number.isInteger(number) : Number.isSafeInteger(number)) return found;
    return `{${JSON.stringify(marked)}:"${found}"}`;
  });
  return toValue(
    JSON.parse(apart, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, marked)) return value;
      const digits = (value as Readonly<Record<string, string>>)[marked] ?? '';
      return /[.eE]/.test(digits) ? new Float(Number(digits)) : normalInteger(BigInt(digits));
    }),
  );
}
