import { bindArguments } from '../values/bind-arguments.js';
import { Float } from '../values/float.js';
import { normalInteger } from '../values/integer.js';
import { isFloat } from '../values/number.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';
import type { Method } from './method.js';

type Integer = number | bigint | boolean;

/** Python's methods of int. */
export const integerMethods: ReadonlyMap<string, Method<Integer>> = new Map<string, Method<Integer>>([
  [
    'bit_length',
    (self, call) => {
      bindArguments('bit_length', call, []);
      const magnitude = BigInt(self) < 0n ? -BigInt(self) : BigInt(self);
      return magnitude === 0n ? 0 : magnitude.toString(2).length;
    },
  ],
  [
    'conjugate',
    (self, call) => {
      bindArguments('conjugate', call, []);
      return normalInteger(BigInt(self));
    },
  ],
  [
    'is_integer',
    (_, call) => {
      bindArguments('is_integer', call, []);
      return true;
    },
  ],
  [
    'as_integer_ratio',
    (self, call) => {
      bindArguments('as_integer_ratio', call, []);
      return new Tuple([normalInteger(BigInt(self)), 1]);
    },
  ],
]);

/** Python's data attributes of numbers; a float has no numerator. */
export const numberAttributes: ReadonlyMap<string, (self: Value) => Value | undefined> = new Map<
  string,
  (self: Value) => Value | undefined
>([
  ['real', (self) => (typeof self === 'boolean' ? Number(self) : self)],
  ['imag', (self) => (isFloat(self) ? new Float(0) : 0)],
  ['numerator', (self) => (isFloat(self) ? undefined : typeof self === 'boolean' ? Number(self) : self)],
  ['denominator', (self) => (isFloat(self) ? undefined : 1)],
]);

/** Python's methods of float. */
export const floatMethods: ReadonlyMap<string, Method<Float | number>> = new Map<
  string,
  Method<Float | number>
>([
  [
    'is_integer',
    (self, call) => {
      bindArguments('is_integer', call, []);
      return Number.isInteger(self instanceof Float ? self.value : self);
    },
  ],
  [
    'conjugate',
    (self, call) => {
      bindArguments('conjugate', call, []);
      return self;
    },
  ],
]);
