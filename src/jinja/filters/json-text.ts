import { limitFault, typeFault, valueFault } from '../fault.js';
import { Dict } from '../values/dict.js';
import { Float, reprFloat } from '../values/float.js';
import { HostObject } from '../values/host-object.js';
import { isFloat, isInteger } from '../values/number.js';
import { str } from '../values/repr.js';
import { sortedBy } from '../values/sort.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

export interface JsonOptions {
  readonly sortKeys?: boolean;
  /** Spaces per level; null for one line. */
  readonly indent?: number | null;
}

/** JSON as Python's `json.dumps` writes it: `, ` and `: ` between parts, everything beyond ASCII escaped. */
export function jsonText(value: Value, options: JsonOptions = {}): string {
  return new Writer(options).write(value, 0);
}

const maxDepth = 200;
const mostValues = 5_000_000;

class Writer {
  readonly #sortKeys: boolean;
  readonly #indent: number | null;
  #written = 0;

  constructor({ sortKeys = false, indent = null }: JsonOptions) {
    this.#sortKeys = sortKeys;
    this.#indent = indent;
  }

  write(value: Value, depth: number): string {
    if (++this.#written > mostValues) throw limitFault('a value is too large for JSON', 'size');
    if (depth > maxDepth) throw valueFault('the value is nested too deep for JSON, or holds itself');
    if (value === null) return 'null';
    if (typeof value === 'string') return jsonString(value);
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (isInteger(value)) return value.toString();
    if (isFloat(value)) return jsonFloat(value instanceof Float ? value.value : value);
    if (Array.isArray(value)) return this.#list(value, depth);
    if (value instanceof Tuple) return this.#list(value.items, depth);
    if (value instanceof Dict) return this.#dict(value, depth);
    if (value instanceof HostObject && value.toPlain) return this.write(value.toPlain(), depth + 1);
    if (value instanceof Undefined) throw value.mode === 'default' ? notSerializable(value) : value.fault();
    throw notSerializable(value);
  }

  #list(items: readonly Value[], depth: number): string {
    return this.#wrap(
      '[',
      ']',
      items.map((item) => this.write(item, depth + 1)),
      depth,
    );
  }

  #dict(dict: Dict, depth: number): string {
    // sorted by the keys themselves: those of different kinds have no order
    const keys = [...dict.keys()];
    const sorted = this.#sortKeys ? sortedBy(keys, keys) : keys;
    const entries = sorted.map((key): [string, Value] => [jsonKey(key), dict.get(key) ?? null]);
    const parts = entries.map(([key, value]) => `${jsonString(key)}: ${this.write(value, depth + 1)}`);
    return this.#wrap('{', '}', parts, depth);
  }

  #wrap(open: string, close: string, parts: readonly string[], depth: number): string {
    if (parts.length === 0) return open + close;
    if (this.#indent === null) return open + parts.join(', ') + close;
    const outer = `\n${' '.repeat(this.#indent * depth)}`;
    const inner = `\n${' '.repeat(this.#indent * (depth + 1))}`;
    return open + inner + parts.join(`,${inner}`) + outer + close;
  }
}

function notSerializable(value: Value): Error {
  return typeFault(`Object of type ${typeName(value)} is not JSON serializable`);
}

function jsonKey(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return key ? 'true' : 'false';
  if (isInteger(key) || isFloat(key)) return str(key);
  throw typeFault(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return reprFloat(value);
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
