import { codePoints } from '../values/code-points.js';
import { typeFault, valueFault } from '../fault.js';
import { centered } from './centered.js';
import { HostObject } from '../values/host-object.js';
import { codePointLength } from '../values/iterate.js';
import { asNumber } from '../values/number.js';
import { reprFloat } from '../values/float.js';
import { str } from '../values/repr.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { characterOf } from './percent.js';
import { formatFloat } from './format-float.js';
import { parseFormatSpec, type FormatSpec } from './format-spec.js';

/** Python's `format(value, spec)`. `size` is the limit on what a width may make. */
export function formatValue(value: Value, spec: string, size: number): string {
  if (spec === '') return str(value);
  if (value instanceof Undefined) throw value.fault();
  if (value instanceof HostObject && value.format) return value.format(spec);
  const parsed = parseFormatSpec(spec, size);
  if (typeof value === 'string') return formatText(value, parsed);
  const number = asNumber(value);
  if (!number) throw typeFault(`unsupported format string passed to ${typeName(value)}.__format__`);
  if (number.kind === 'float' || 'eEfFgG%'.includes(parsed.type || 'd')) {
    return formatFloatSpec(Number(number.value), parsed, number.kind === 'float');
  }
  return formatInteger(BigInt(number.value), parsed);
}

function formatText(text: string, spec: FormatSpec): string {
  if (spec.type !== '' && spec.type !== 's') {
    throw valueFault(`Unknown format code '${spec.type}' for object of type 'str'`);
  }
  if (spec.noMinusZero) throw valueFault('Negative zero coercion (z) not allowed in string format specifier');
  if (spec.align === '=') throw valueFault("'=' alignment not allowed in string format specifier");
  if (spec.grouping !== '') throw valueFault(`Cannot specify '${spec.grouping}' with 's'.`);
  const cut = spec.precision === null ? text : codePoints(text).slice(0, spec.precision).join('');
  return pad(cut, spec, '<');
}

function pad(text: string, spec: FormatSpec, otherwise: '<' | '>'): string {
  const missing = spec.width - codePointLength(text);
  if (missing <= 0) return text;
  switch (spec.align || otherwise) {
    case '<':
      return text + spec.fill.repeat(missing);
    case '^':
      return centered(text, missing, 0, spec.fill);
    default:
      return spec.fill.repeat(missing) + text;
  }
}

function formatInteger(value: bigint, spec: FormatSpec): string {
  if (spec.noMinusZero)
    throw valueFault('Negative zero coercion (z) not allowed in integer format specifier');
  if (spec.precision !== null) throw valueFault('Precision not allowed in integer format specifier');
  const magnitude = value < 0n ? -value : value;
  const radix = { b: 2, o: 8, x: 16, X: 16 }[spec.type];
  if (spec.type === 'c') return pad(characterOf(Number(value)), spec, '<');
  if (radix === undefined && !['', 'd', 'n'].includes(spec.type)) {
    throw valueFault(`Unknown format code '${spec.type}' for object of type 'int'`);
  }
  let digits = magnitude.toString(radix ?? 10);
  if (spec.type === 'X') digits = digits.toUpperCase();
  const prefix = spec.alternate && radix !== undefined ? `0${spec.type}` : '';
  return withSign(digits, value < 0n, prefix, spec, radix === undefined ? 3 : 4);
}

function formatFloatSpec(value: number, spec: FormatSpec, isFloat: boolean): string {
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  let text: string;
  if (spec.type === '%') text = `${formatFloat(magnitude * 100, 'f', spec.precision ?? 6, spec.alternate)}%`;
  else if (spec.type !== '') {
    if (!'eEfFgGn'.includes(spec.type)) {
      throw valueFault(`Unknown format code '${spec.type}' for object of type 'float'`);
    }
    text = formatFloat(magnitude, spec.type === 'n' ? 'g' : spec.type, spec.precision ?? 6, spec.alternate);
  } else
    text = spec.precision === null ? reprFloat(magnitude) : shortFloat(magnitude, spec.precision, isFloat);
  const isZero = !/[1-9]/.test(text) && Number.isFinite(value);
  return withSign(text, negative && !(spec.noMinusZero && isZero), '', spec, 3);
}

/** Without a type, a precision means `g`, but with one digit after the point at least. */
function shortFloat(value: number, precision: number, isFloat: boolean): string {
  // an exponent is used one digit sooner than in `g`, to leave room for that digit
  const exponent = Number(value.toExponential(Math.min(100, Math.max(0, precision - 1))).split('e')[1]);
  if (isFloat && exponent >= precision - 1 && exponent < precision) {
    const text = formatFloat(value, 'e', Math.max(0, precision - 1), false);
    return text.replace(/\.?0*e/, 'e');
  }
  const text = formatFloat(value, 'g', precision, false);
  return isFloat && /^\d+$/.test(text) ? `${text}.0` : text;
}

function withSign(
  digits: string,
  negative: boolean,
  prefix: string,
  spec: FormatSpec,
  group: number,
): string {
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  const [, integer = '', rest = ''] = /^(\w*?(?=[.eE%]|$))(.*)$/.exec(digits) ?? [];
  const whole = /^[\da-fA-F]+$/.test(digits) ? [digits, ''] : [integer, rest];
  const body = whole[0] ?? '';
  const tail = whole[1] ?? '';
  const lead = sign + prefix;
  if (spec.align === '=') {
    const room = spec.width - lead.length - tail.length;
    return lead + fillDigits(body, room, spec, group) + tail;
  }
  return pad(lead + grouped(body, spec.grouping, group) + tail, spec, '>');
}

/** Fill between sign and digits; zeros are grouped as digits are. */
function fillDigits(digits: string, room: number, spec: FormatSpec, group: number): string {
  if (spec.grouping === '' || spec.fill !== '0') {
    const text = grouped(digits, spec.grouping, group);
    return spec.fill.repeat(Math.max(0, room - text.length)) + text;
  }
  let padded = digits;
  while (grouped(padded, spec.grouping, group).length < room) padded = `0${padded}`;
  return grouped(padded, spec.grouping, group);
}

function grouped(digits: string, mark: string, group: number): string {
  if (mark === '') return digits;
  const parts: string[] = [];
  for (let end = digits.length; end > 0; end -= group)
    parts.unshift(digits.slice(Math.max(0, end - group), end));
  return parts.join(mark);
}
