import { formatPercent } from '../format/percent.js';
import type { Callable } from '../filters/callable.js';
import { arithmetic } from '../values/arithmetic.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { CallContext } from '../values/call.js';
import { ordered, type OrderOperator } from '../values/compare.js';
import { contains } from '../values/contains.js';
import { Dict } from '../values/dict.js';
import { equals } from '../values/equals.js';
import { HostObject } from '../values/host-object.js';
import { tryIterate } from '../values/iterate.js';
import { asNumber, isFloat, isInteger } from '../values/number.js';
import { str } from '../values/repr.js';
import { characterTests } from '../methods/string-character-tests.js';
import { Tuple } from '../values/tuple.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

const characters = new Map(characterTests);

/** Jinja's own tests, by name: `value is name(other)`. */
export const builtinTests: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['defined', of((value) => !(value instanceof Undefined))],
  ['undefined', of((value) => value instanceof Undefined)],
  ['none', of((value) => value === null)],
  ['boolean', of((value) => typeof value === 'boolean')],
  ['true', of((value) => value === true)],
  ['false', of((value) => value === false)],
  ['integer', of((value) => isInteger(value) && typeof value !== 'boolean')],
  ['float', of(isFloat)],
  ['number', of((value) => asNumber(value) !== undefined)],
  ['string', of((value) => typeof value === 'string')],
  ['mapping', of((value) => value instanceof Dict || (value instanceof HostObject && value.isMapping))],
  ['sequence', of(isSequence)],
  ['iterable', of((value) => tryIterate(value) !== undefined)],
  [
    'callable',
    of((value) => (value instanceof HostObject && value.call !== undefined) || value instanceof Undefined),
  ],
  ['escaped', of(() => false)],
  ['lower', (call) => characters.get('islower')?.(str(call.args[0] ?? null), { ...call, args: [] }) ?? false],
  ['upper', (call) => characters.get('isupper')?.(str(call.args[0] ?? null), { ...call, args: [] }) ?? false],
  ['odd', of((value, context) => equals(remainder(value, 2, context), 1))],
  ['even', of((value, context) => equals(remainder(value, 2, context), 0))],
  ['divisibleby', against((value, other, context) => equals(remainder(value, other, context), 0))],
  ['sameas', against((value, other) => value === other)],
  ['in', against((value, other) => contains(other, value))],
  ...named(
    ['==', 'eq', 'equalto'],
    against((value, other) => equals(value, other)),
  ),
  ...named(
    ['!=', 'ne'],
    against((value, other) => !equals(value, other)),
  ),
  ...named(['>', 'gt', 'greaterthan'], order('>')),
  ...named(['>=', 'ge'], order('>=')),
  ...named(['<', 'lt', 'lessthan'], order('<')),
  ...named(['<=', 'le'], order('<=')),
  ['filter', of((value, context) => context.hasFilter(str(value)))],
  ['test', of((value, context) => context.hasTest(str(value)))],
]);

function of(ask: (value: Value, context: CallContext) => boolean): Callable {
  return (call) => ask(bindArguments('the test', call, ['value'], 1)[0] ?? null, call.context);
}

function against(ask: (value: Value, other: Value, context: CallContext) => boolean): Callable {
  return (call) => {
    const [value = null, other = null] = bindArguments('the test', call, ['value', 'other'], 2);
    return ask(value, other, call.context);
  };
}

function order(operator: OrderOperator): Callable {
  return against((value, other) => ordered(operator, value, other));
}

function named(names: readonly string[], test: Callable): [string, Callable][] {
  return names.map((name) => [name, test]);
}

function remainder(value: Value, divisor: Value, context: CallContext): Value {
  if (typeof value === 'string') return formatPercent(value, divisor, context.limits);
  return arithmetic('%', value, divisor, context.limits);
}

function isSequence(value: Value): boolean {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Tuple || value instanceof Dict)
    return true;
  return value instanceof Undefined || (value instanceof HostObject && value.isSequence);
}
