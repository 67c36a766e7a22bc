import { Dict } from '../../jinja/values/dict.js';
import { Float } from '../../jinja/values/float.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { PySet } from '../../jinja/values/set.js';
import { str } from '../../jinja/values/repr.js';
import { Tuple } from '../../jinja/values/tuple.js';
import { Undefined } from '../../jinja/values/undefined.js';
import type { Value } from '../../jinja/values/value.js';

/** Plain data (of YAML, of the manifest) as a value of the language. */
export function toValue(plain: unknown): Value {
  if (plain === null || plain === undefined) return null;
  switch (typeof plain) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'bigint':
      return plain;
  }
  if (Array.isArray(plain)) return plain.map(toValue);
  if (plain instanceof HostObject || plain instanceof Dict || plain instanceof Tuple) return plain;
  if (plain instanceof Float || plain instanceof PySet || plain instanceof Undefined) return plain;
  if (plain instanceof Date) return plain.toISOString();
  return new Dict(Object.entries(plain).map(([key, value]) => [key, toValue(value)] as const));
}

/** A value as plain data: what a config, a var or an artifact keeps of it. Objects without a plain form are their text. */
export function toPlain(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Tuple) return value.items.map(toPlain);
  if (value instanceof PySet) return [...value].map(toPlain);
  // as in YAML: a whole one stays apart from an integer
  if (value instanceof Float) return Number.isInteger(value.value) ? value : value.value;
  if (value instanceof Undefined) return null;
  if (value instanceof Dict) {
    return Object.fromEntries([...value].map(([key, item]) => [str(key), toPlain(item)]));
  }
  const plain = value.toPlain?.();
  return plain === undefined || plain === value ? str(value) : toPlain(plain);
}
