import { limitFault, typeFault, valueFault } from '../fault.js';
import type { BinaryOperator } from '../parse/ast.js';
import type { Limits } from './call.js';
import { checkSize } from './check-size.js';
import { Float } from './float.js';
import { HostObject } from './host-object.js';
import { normalInteger } from './integer.js';
import { asNumber, isInteger, type Numeric } from './number.js';
import { PySet } from './set.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** `a operator b` as Python has it, but for `%` on strings, which is formatting. */
export function arithmetic(operator: BinaryOperator, a: Value, b: Value, limits: Limits): Value {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') {
    checkSize(a.length + b.length, limits, 'the text');
    return a + b;
  }
  const left = asNumber(a);
  const right = asNumber(b);
  if (left && right) return numberArithmetic(operator, left, right, limits);
  const special = ofObjects(operator, a, b) ?? ofContainers(operator, a, b, limits);
  if (special !== undefined) return special;
  if (a instanceof Undefined) throw a.fault();
  if (b instanceof Undefined) throw b.fault();
  throw unsupported(operator, a, b);
}

function unsupported(operator: BinaryOperator, a: Value, b: Value): Error {
  if (operator === '+') {
    if (typeof a === 'string') {
      return typeFault(
        `can only concatenate str (not "${typeName(b)}") to str`,
        'Use `~` to join values as text.',
      );
    }
    if (Array.isArray(a) || a instanceof Tuple) {
      return typeFault(`can only concatenate ${typeName(a)} (not "${typeName(b)}") to ${typeName(a)}`);
    }
  }
  const sign = operator === '**' ? '** or pow()' : operator;
  return typeFault(`unsupported operand type(s) for ${sign}: '${typeName(a)}' and '${typeName(b)}'`);
}

function ofObjects(operator: BinaryOperator, a: Value, b: Value): Value | undefined {
  if (a instanceof HostObject) {
    const result = a.operate?.(operator, b, false);
    if (result !== undefined) return result;
  }
  return b instanceof HostObject ? b.operate?.(operator, a, true) : undefined;
}

function ofContainers(operator: BinaryOperator, a: Value, b: Value, limits: Limits): Value | undefined {
  if (operator === '+') {
    if (Array.isArray(a) && Array.isArray(b)) {
      checkSize(a.length + b.length, limits, 'the list');
      return a.concat(b);
    }
    if (a instanceof Tuple && b instanceof Tuple) {
      checkSize(a.items.length + b.items.length, limits, 'the tuple');
      return new Tuple([...a.items, ...b.items]);
    }
  }
  if (operator === '-' && a instanceof PySet && b instanceof PySet) {
    return new PySet([...a].filter((member) => !b.has(member)));
  }
  if (operator === '*') {
    if (isInteger(b)) return repeat(a, Number(b), limits);
    if (isInteger(a)) return repeat(b, Number(a), limits);
  }
  return undefined;
}

function repeat(value: Value, times: number, limits: Limits): Value | undefined {
  const count = Math.max(0, times);
  if (typeof value === 'string') {
    checkSize(value.length * count, limits, 'the text');
    return value.repeat(value === '' ? 0 : count);
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items === undefined) return undefined;
  checkSize(items.length * count, limits, 'the list');
  const repeated: Value[] = [];
  if (items.length > 0) for (let i = 0; i < count; i++) repeated.push(...items);
  return Array.isArray(value) ? repeated : new Tuple(repeated);
}

function numberArithmetic(operator: BinaryOperator, a: Numeric, b: Numeric, limits: Limits): Value {
  if (a.kind === 'int' && b.kind === 'int') return integerArithmetic(operator, a.value, b.value, limits);
  return new Float(floatArithmetic(operator, toFloat(a.value), toFloat(b.value)));
}

function toFloat(value: number | bigint): number {
  const result = Number(value);
  if (!Number.isFinite(result) && typeof value === 'bigint')
    throw valueFault('int too large to convert to float');
  return result;
}

function integerArithmetic(
  operator: BinaryOperator,
  a: number | bigint,
  b: number | bigint,
  { digits }: Limits,
): Value {
  switch (operator) {
    case '/':
      if (Number(b) === 0) throw valueFault('division by zero');
      return new Float(divideIntegers(a, b));
    case '**':
      return power(a, b, digits);
  }
  if (typeof a === 'number' && typeof b === 'number') {
    const result = smallArithmetic(operator, a, b);
    if (Number.isSafeInteger(result)) return result === 0 ? 0 : result;
  }
  return normalInteger(bigArithmetic(operator, BigInt(a), BigInt(b)), digits);
}

function smallArithmetic(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '//':
      if (b === 0) throw valueFault('integer division or modulo by zero');
      // the quotient of two safe integers may round up to the next integer: the remainder tells
      return (a - modulo(a, b)) / b;
    default:
      if (b === 0) throw valueFault('integer modulo by zero');
      return modulo(a, b);
  }
}

/** Python's remainder has the sign of the divisor. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function bigArithmetic(operator: BinaryOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
  }
  if (b === 0n) throw valueFault('integer division or modulo by zero');
  const rest = a % b;
  const crosses = rest !== 0n && rest < 0n !== b < 0n;
  if (operator === '%') return crosses ? rest + b : rest;
  return crosses ? a / b - 1n : a / b;
}

/** True division of integers, also where one of them is beyond what a float can hold. */
function divideIntegers(a: number | bigint, b: number | bigint): number {
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  const [x, y] = [Number(a), Number(b)];
  if (Number.isFinite(x) && Number.isFinite(y)) return x / y;
  // scale to 20 significant digits more than the quotient's integer part needs
  const scaled = (BigInt(a) * 10n ** 330n) / BigInt(b);
  const result = Number(`${scaled.toString()}e-330`);
  if (!Number.isFinite(result)) throw valueFault('integer division result too large for a float');
  return result;
}

function power(a: number | bigint, b: number | bigint, most: number): Value {
  const exponent = Number(b);
  if (exponent < 0) {
    if (Number(a) === 0) throw valueFault('0.0 cannot be raised to a negative power');
    return new Float(toFloat(a) ** exponent);
  }
  const digits = Math.log10(Math.max(1, Math.abs(Number(a)))) * exponent;
  if (digits > most + 100 || exponent > 1e9) {
    throw limitFault(`a power has more than ${most.toLocaleString('en')} digits`, 'digits');
  }
  return normalInteger(BigInt(a) ** BigInt(b), most);
}

function floatArithmetic(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw valueFault('float division by zero');
      return a / b;
    case '//':
      if (b === 0) throw valueFault('float floor division by zero');
      return floorDivide(a, b);
    case '%':
      if (b === 0) throw valueFault('float modulo by zero');
      return floatModulo(a, b);
    case '**': {
      if (a === 0 && b < 0) throw valueFault('0.0 cannot be raised to a negative power');
      // the engine's own power is a digit off for many negative exponents
      const result = Number.isInteger(b) && b < 0 ? 1 / a ** -b : a ** b;
      if (Number.isNaN(result) && !Number.isNaN(a) && !Number.isNaN(b)) {
        throw valueFault('a negative number to a fractional power is complex, which is not supported');
      }
      if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) {
        throw valueFault('the result of ** is too large for a float');
      }
      return a === 1 ? 1 : result;
    }
  }
}

/** Python's remainder of floats: a zero has the divisor's sign. */
function floatModulo(a: number, b: number): number {
  const rest = modulo(a, b);
  return rest === 0 ? (b < 0 ? -0 : 0) : rest;
}

/** Python's quotient: exact where the division before flooring would round. */
function floorDivide(a: number, b: number): number {
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0) return 1 / (a / b) < 0 ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** `-value` */
export function negate(value: Value): Value {
  const number = operandOf('-', value);
  if (number.kind === 'float') return new Float(-number.value);
  return typeof number.value === 'bigint' ? normalInteger(-number.value) : 0 - number.value;
}

/** `+value` */
export function positive(value: Value): Value {
  const number = operandOf('+', value);
  return number.kind === 'int' ? number.value : new Float(number.value);
}

function operandOf(sign: '+' | '-', value: Value): Numeric {
  const number = asNumber(value);
  if (number !== undefined) return number;
  if (value instanceof Undefined) throw value.fault();
  throw typeFault(`bad operand type for unary ${sign}: '${typeName(value)}'`);
}
