import { limitFault } from '../fault.js';
import { Dict } from './dict.js';
import { Float, reprFloat } from './float.js';
import { HostObject } from './host-object.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** What `{{ value }}` prints: Python's `str()`. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof HostObject) return value.toString();
  if (value instanceof Undefined) {
    value.check();
    return '';
  }
  return repr(value);
}

/** Python's `repr()`: what a value prints inside a list or dict. */
export function repr(value: Value): string {
  return new Printer().print(value);
}

/** Lists may hold a list many times over: their text can be far larger than they are. */
const largestText = 50_000_000;

class Printer {
  readonly #open = new Set<Value>();
  #size = 0;

  print(value: Value): string {
    const text = this.#text(value);
    this.#size += text.length;
    if (this.#size > largestText) throw limitFault('a value is too large to print', 'size');
    return text;
  }

  #text(value: Value): string {
    switch (typeof value) {
      case 'string':
        return reprString(value);
      case 'number':
        return Number.isInteger(value) ? String(value) : reprFloat(value);
      case 'bigint':
        return value.toString();
      case 'boolean':
        return value ? 'True' : 'False';
    }
    if (value === null) return 'None';
    if (value instanceof Float) return reprFloat(value.value);
    if (value instanceof Undefined) {
      value.check();
      return 'Undefined';
    }
    return value instanceof HostObject ? value.repr() : this.#container(value);
  }

  /** Containers print `...` where they hold themselves. */
  #container(value: Value[] | Tuple | Dict | PySet): string {
    const isList = Array.isArray(value);
    if (this.#open.has(value)) return isList ? '[...]' : value instanceof Dict ? '{...}' : '(...)';
    this.#open.add(value);
    let text: string;
    if (isList) text = `[${this.#items(value)}]`;
    else if (value instanceof Tuple)
      text = `(${this.#items(value.items)}${value.items.length === 1 ? ',' : ''})`;
    else if (value instanceof PySet) text = value.size === 0 ? 'set()' : `{${this.#items(value)}}`;
    else text = `{${[...value].map(([key, item]) => `${this.print(key)}: ${this.print(item)}`).join(', ')}}`;
    this.#open.delete(value);
    return text;
  }

  #items(items: Iterable<Value>): string {
    const texts: string[] = [];
    for (const item of items) texts.push(this.print(item));
    return texts.join(', ');
  }
}

// control characters, separators other than the space, unassigned, private and lone surrogates
const unprintable = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Python's quoted form: single quotes, unless the text has some and no double ones. */
export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(unprintable, (char) => {
      const code = char.codePointAt(0) ?? 0;
      if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
      if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
      return `\\U${code.toString(16).padStart(8, '0')}`;
    });
  return quote + escaped + quote;
}
