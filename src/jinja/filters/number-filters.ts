import { valueFault, typeFault } from '../fault.js';
import { formatFloat } from '../format/format-float.js';
import { integerArgument } from '../methods/argument.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { Float } from '../values/float.js';
import { normalInteger } from '../values/integer.js';
import { asNumber } from '../values/number.js';
import { parseFloatText, parseIntegerText } from '../values/parse-number.js';
import { truthy } from '../values/truthy.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import type { Callable } from './callable.js';

/** Filters that make or change numbers. */
export const numberFilters: readonly (readonly [string, Callable])[] = [
  ['int', toInt],
  ['float', toFloat],
  ['abs', absolute],
  ['round', round],
  ['filesizeformat', fileSize],
];

/** What cannot be converted becomes the default: these filters never fail. */
function toInt(call: Call): Value {
  const [value = null, otherwise = 0, base] = bindArguments('int', call, ['value', 'default', 'base'], 1);
  if (value instanceof Undefined) throw value.fault();
  if (typeof value === 'string') {
    const integer = parseIntegerText(value, integerArgument(base, 10));
    if (integer !== undefined) return integer;
    const float = parseFloatText(value);
    return float === undefined || !Number.isFinite(float) ? otherwise : truncated(float);
  }
  const number = asNumber(value);
  if (!number || Number.isNaN(Number(number.value))) return otherwise;
  return number.kind === 'int' ? number.value : truncated(number.value);
}

function truncated(value: number): Value {
  if (!Number.isFinite(value)) throw valueFault('cannot convert float infinity to integer');
  return normalInteger(BigInt(Math.trunc(value)));
}

function toFloat(call: Call): Value {
  const [value = null, otherwise = new Float(0)] = bindArguments('float', call, ['value', 'default'], 1);
  if (value instanceof Undefined) throw value.fault();
  const number = typeof value === 'string' ? parseFloatText(value) : asNumber(value)?.value;
  return number === undefined ? otherwise : new Float(Number(number));
}

function absolute(call: Call): Value {
  const [value = null] = bindArguments('abs', call, ['x'], 1);
  const number = asNumber(value);
  if (value instanceof Undefined) throw value.fault();
  if (!number) throw typeFault(`bad operand type for abs(): '${typeName(value)}'`);
  if (number.kind === 'float') return new Float(Math.abs(number.value));
  return typeof number.value === 'bigint' && number.value < 0n
    ? -number.value
    : typeof number.value === 'number'
      ? Math.abs(number.value)
      : number.value;
}

function round(call: Call): Value {
  const [value = null, places, method = 'common'] = bindArguments(
    'round',
    call,
    ['value', 'precision', 'method'],
    1,
  );
  const precision = integerArgument(places, 0);
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') {
    throw typeFault('method must be common, ceil or floor');
  }
  const number = asNumber(value);
  if (value instanceof Undefined) throw value.fault();
  if (!number) throw typeFault(`type ${typeName(value)} doesn't define __round__ method`);
  if (method === 'common') {
    if (number.kind === 'int') return roundInteger(BigInt(number.value), precision);
    return new Float(roundFloat(number.value, precision));
  }
  const scale = 10 ** precision;
  return new Float(Math[method](Number(number.value) * scale) / scale);
}

/** Half to even, on the float's exact value. */
export function roundFloat(value: number, precision: number): number {
  if (!Number.isFinite(value) || precision > 323) return value;
  if (precision < 0) {
    const scale = 10 ** -precision;
    return Number(formatFloat(Math.abs(value) / scale, 'f', 0, false)) * scale * (value < 0 ? -1 : 1);
  }
  const rounded = Number(formatFloat(Math.abs(value), 'f', precision, false));
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

function roundInteger(value: bigint, precision: number): Value {
  if (precision >= 0) return normalInteger(value);
  if (precision < -4000) return 0;
  const scale = 10n ** BigInt(-precision);
  const rest = ((value % scale) + scale) % scale;
  const floor = value - rest;
  const up = rest * 2n > scale || (rest * 2n === scale && (floor / scale) % 2n !== 0n);
  return normalInteger(up ? floor + scale : floor);
}

function fileSize(call: Call): Value {
  const [value = null, binary = false] = bindArguments('filesizeformat', call, ['value', 'binary'], 1);
  if (value instanceof Undefined) throw value.fault();
  const bytes = typeof value === 'string' ? parseFloatText(value) : asNumber(value)?.value;
  if (bytes === undefined) {
    if (typeof value === 'string') throw valueFault(`could not convert string to float: '${value}'`);
    throw typeFault(`filesizeformat needs a number, not ${typeName(value)}`);
  }
  const size = Number(bytes);
  const base = truthy(binary) ? 1024 : 1000;
  if (size === 1) return '1 Byte';
  if (size < base) return `${Math.trunc(size)} Bytes`;
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
  const power = Math.max(
    0,
    units.findIndex((_, index) => size < base ** (index + 2)),
  );
  const last = size >= base ** (units.length + 1) ? units.length - 1 : power;
  const unit = units[last] ?? 'Y';
  const amount = formatFloat((base * size) / base ** (last + 2), 'f', 1, false);
  return `${amount} ${base === 1024 ? `${unit.toUpperCase()}iB` : `${unit}B`}`;
}
