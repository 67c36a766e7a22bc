import { codePoints } from '../values/code-points.js';
import { limitFault, typeFault, valueFault } from '../fault.js';
import type { Limits } from '../values/call.js';
import { Dict } from '../values/dict.js';
import { codePointLength } from '../values/iterate.js';
import { asNumber, isInteger } from '../values/number.js';
import { repr, str } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { formatFloat } from './format-float.js';

const directive = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:(\.)(\*|\d*))?[hlL]?([a-zA-Z%])?/g;

/** Python's `'…' % values`. */
export function formatPercent(template: string, values: Value, limits: Limits): string {
  const source = new Source(values);
  let text = '';
  let at = 0;
  for (const match of template.matchAll(directive)) {
    text += template.slice(at, match.index) + formatOne(match, source, limits);
    at = match.index + match[0].length;
    if (text.length > limits.size) throw limitFault('a format makes a text that is too large', 'size');
  }
  source.checkAllUsed();
  return text + template.slice(at);
}

function formatOne(match: RegExpExecArray, source: Source, limits: Limits): string {
  const [whole, key, flags = '', width, dot, precision, type] = match;
  if (type === undefined) throw valueFault('incomplete format');
  if (whole === '%%') return '%';
  const wide = width === '*' ? starArgument(source.next()) : Number(width ?? 0);
  const digits =
    precision === '*' ? starArgument(source.next()) : dot === undefined ? undefined : Number(precision);
  if (Math.abs(wide) > limits.size || (digits ?? 0) > limits.size) {
    throw limitFault('a format makes a text that is too large', 'size');
  }
  if (type === '%') return '%';
  const value = key === undefined ? source.next() : source.named(key);
  return pad(convert(value, type, flags, digits), wide, flags, type);
}

/** The values right of the `%`, taken in turn or by name. */
class Source {
  readonly #values: Value;
  readonly #items: readonly Value[];
  #used = 0;
  #byName = false;

  constructor(values: Value) {
    this.#values = values;
    this.#items = values instanceof Tuple ? values.items : [values];
  }

  next(): Value {
    const value = this.#items[this.#used++];
    if (value === undefined) throw typeFault('not enough arguments for format string');
    return value;
  }

  named(key: string): Value {
    this.#byName = true;
    if (!(this.#values instanceof Dict)) throw typeFault('format requires a mapping');
    const value = this.#values.get(key);
    if (value === undefined) throw valueFault(`KeyError: ${repr(key)}`);
    return value;
  }

  /** A single value that is a mapping or a list may be left over, as in Python. */
  checkAllUsed(): void {
    const values = this.#values;
    const mayStay = values instanceof Dict || Array.isArray(values) || values instanceof Undefined;
    if (this.#byName || mayStay || this.#used >= this.#items.length) return;
    throw typeFault('not all arguments converted during string formatting');
  }
}

function starArgument(value: Value): number {
  if (!isInteger(value)) throw typeFault('* wants int');
  return Number(value);
}

function convert(value: Value, type: string, flags: string, precision: number | undefined): string {
  switch (type) {
    case 's':
      return cut(str(value), precision);
    case 'r':
    case 'a':
      return cut(repr(value), precision);
    case 'c':
      return character(value);
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return integer(value, type, flags, precision);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return float(value, type, flags, precision ?? 6);
  }
  throw valueFault(`unsupported format character '${type}'`);
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : codePoints(text).slice(0, precision).join('');
}

function character(value: Value): string {
  if (isInteger(value)) return characterOf(Number(value));
  if (typeof value === 'string' && codePointLength(value) === 1) return value;
  throw typeFault('%c requires int or char');
}

/** The character of a code point, which must be one. */
export function characterOf(code: number): string {
  if (code < 0 || code > 0x10ffff) throw valueFault('%c arg not in range(0x110000)');
  return String.fromCodePoint(code);
}

function integer(value: Value, type: string, flags: string, precision: number | undefined): string {
  const number = asNumber(value);
  if (value instanceof Undefined) throw value.fault();
  if (!number) {
    throw typeFault(
      `%${type} format: ${'diu'.includes(type) ? 'a real number' : 'an integer'} is required, not ${typeName(value)}`,
    );
  }
  if (number.kind === 'float' && 'xXo'.includes(type)) {
    throw typeFault(`%${type} format: an integer is required, not float`);
  }
  if (!Number.isFinite(Number(number.value)) && number.kind === 'float') {
    throw valueFault('cannot convert float infinity or NaN to integer');
  }
  const whole = number.kind === 'float' ? BigInt(Math.trunc(number.value)) : BigInt(number.value);
  const magnitude = whole < 0n ? -whole : whole;
  const radix = { x: 16, X: 16, o: 8 }[type] ?? 10;
  let digits = magnitude.toString(radix).padStart(precision ?? 0, '0');
  if (type === 'X') digits = digits.toUpperCase();
  if (flags.includes('#') && radix !== 10) digits = `0${type}${digits}`;
  return signOf(whole < 0n, flags) + digits;
}

function float(value: Value, type: string, flags: string, precision: number): string {
  const number = asNumber(value);
  if (value instanceof Undefined) throw value.fault();
  if (!number) throw typeFault(`must be real number, not ${typeName(value)}`);
  const real = Number(number.value);
  const negative = real < 0 || Object.is(real, -0);
  return signOf(negative, flags) + formatFloat(Math.abs(real), type, precision, flags.includes('#'));
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function pad(text: string, width: number, flags: string, type: string): string {
  const missing = Math.abs(width) - codePointLength(text);
  if (missing <= 0) return text;
  if (flags.includes('-') || width < 0) return text + ' '.repeat(missing);
  if (!flags.includes('0') || 'srac'.includes(type)) return ' '.repeat(missing) + text;
  const lead = /^[-+ ]?(?:0[xXo])?/.exec(text)?.[0] ?? '';
  return lead + '0'.repeat(missing) + text.slice(lead.length);
}
