import { didYouMean } from '../../errors/suggest.js';
import { Fault, typeFault } from '../fault.js';
import { formatPercent } from '../format/percent.js';
import type { Arguments, Expression, Filter } from '../parse/ast.js';
import { arithmetic, negate, positive } from '../values/arithmetic.js';
import type { Evaluation } from '../values/call.js';
import { checkSize } from '../values/check-size.js';
import { ordered } from '../values/compare.js';
import { contains } from '../values/contains.js';
import { Dict } from '../values/dict.js';
import { equals } from '../values/equals.js';
import { iterate } from '../values/iterate.js';
import { str } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import { truthy } from '../values/truthy.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { getAttribute, getItem } from '../values/access.js';
import { CallSite } from './call-site.js';
import type { Scope } from './scope.js';
import { slice } from './slice.js';

type Node<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

const noArgs: readonly Value[] = [];
const noKwargs: ReadonlyMap<string, Value> = new Map();

/** The value of an expression. */
export function* evaluate(node: Expression, scope: Scope): Evaluation<Value> {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name':
      scope.frame.at = node.at;
      return scope.get(node.name);
    case 'attribute': {
      const object = yield* evaluate(node.object, scope);
      scope.frame.at = node.at;
      return getAttribute(object, node.name, scope.frame.execution.undefinedMode);
    }
    case 'item':
      return yield* evaluateItem(node, scope);
    case 'call':
      return yield* evaluateCall(node, scope);
    case 'filter':
      return yield* applyFilter(node.filter, yield* evaluate(node.input, scope), scope);
    case 'test':
      return yield* evaluateTest(node, scope);
    case 'list':
      return yield* evaluateAll(node.items, scope);
    case 'tuple':
      return new Tuple(yield* evaluateAll(node.items, scope));
    case 'dict':
      return yield* evaluateDict(node, scope);
    case 'and': {
      const left = yield* evaluate(node.left, scope);
      return truthy(left) ? yield* evaluate(node.right, scope) : left;
    }
    case 'or': {
      const left = yield* evaluate(node.left, scope);
      return truthy(left) ? left : yield* evaluate(node.right, scope);
    }
    case 'not':
      return !truthy(yield* evaluate(node.operand, scope));
    case 'negative':
    case 'positive': {
      const operand = yield* evaluate(node.operand, scope);
      scope.frame.at = node.at;
      return node.kind === 'negative' ? negate(operand) : positive(operand);
    }
    case 'binary': {
      const left = yield* evaluate(node.left, scope);
      const right = yield* evaluate(node.right, scope);
      const { frame } = scope;
      frame.at = node.at;
      const { limits } = frame.execution;
      if (node.operator === '%' && typeof left === 'string') return formatPercent(left, right, limits);
      return arithmetic(node.operator, left, right, limits);
    }
    case 'concat': {
      let text = '';
      for (const part of node.parts) text += str(yield* evaluate(part, scope));
      scope.frame.at = node.at;
      checkSize(text.length, scope.frame.execution.limits, 'the text');
      return text;
    }
    case 'compare':
      return yield* evaluateComparison(node, scope);
    case 'conditional':
      if (truthy(yield* evaluate(node.test, scope))) return yield* evaluate(node.then, scope);
      if (node.otherwise) return yield* evaluate(node.otherwise, scope);
      return new Undefined(
        'the inline if-expression has no else, and its condition is false',
        scope.frame.execution.undefinedMode,
      );
    case 'slice':
      scope.frame.at = node.at;
      throw typeFault('a slice can only stand alone between brackets');
  }
}

function* evaluateAll(nodes: readonly Expression[], scope: Scope): Evaluation<Value[]> {
  const values: Value[] = [];
  for (const node of nodes) values.push(yield* evaluate(node, scope));
  return values;
}

function* evaluateDict(node: Node<'dict'>, scope: Scope): Evaluation<Value> {
  const dict = new Dict();
  for (const [key, value] of node.pairs) {
    const evaluatedKey = yield* evaluate(key, scope);
    dict.set(evaluatedKey, yield* evaluate(value, scope));
  }
  return dict;
}

function* evaluateItem(node: Node<'item'>, scope: Scope): Evaluation<Value> {
  const object = yield* evaluate(node.object, scope);
  const { index } = node;
  if (index.kind !== 'slice') {
    const key = yield* evaluate(index, scope);
    scope.frame.at = node.at;
    return getItem(object, key, scope.frame.execution.undefinedMode);
  }
  const start = index.start && (yield* evaluate(index.start, scope));
  const stop = index.stop && (yield* evaluate(index.stop, scope));
  const step = index.step && (yield* evaluate(index.step, scope));
  scope.frame.at = node.at;
  return slice(object, start, stop, step);
}

function* evaluateComparison(node: Node<'compare'>, scope: Scope): Evaluation<Value> {
  let left = yield* evaluate(node.first, scope);
  for (const { operator, operand } of node.rest) {
    const right = yield* evaluate(operand, scope);
    scope.frame.at = node.at;
    let holds: boolean;
    if (operator === '==') holds = equals(left, right);
    else if (operator === '!=') holds = !equals(left, right);
    else if (operator === 'in') holds = contains(right, left);
    else if (operator === 'not in') holds = !contains(right, left);
    else holds = ordered(operator, left, right);
    if (!holds) return false;
    left = right;
  }
  return true;
}

/** A call; `caller` is given to it by a call block. */
export function* evaluateCall(node: Node<'call'>, scope: Scope, caller?: Value): Evaluation<Value> {
  const callee = yield* evaluate(node.callee, scope);
  const args = yield* evaluatePositional(node.args, scope);
  let kwargs = yield* evaluateNamed(node.args, scope);
  if (caller !== undefined) kwargs = new Map(kwargs).set('caller', caller);
  scope.frame.at = node.at;
  return yield* new CallSite(scope).invoke(callee, args, kwargs);
}

function* evaluatePositional(node: Arguments, scope: Scope): Evaluation<readonly Value[]> {
  if (node.positional.length === 0 && node.spread === null) return noArgs;
  const args = yield* evaluateAll(node.positional, scope);
  if (node.spread) for (const item of iterate(yield* evaluate(node.spread, scope))) args.push(item);
  return args;
}

function* evaluateNamed(node: Arguments, scope: Scope): Evaluation<ReadonlyMap<string, Value>> {
  if (node.named.length === 0 && node.namedSpread === null) return noKwargs;
  const kwargs = new Map<string, Value>();
  for (const { name, value } of node.named) kwargs.set(name, yield* evaluate(value, scope));
  if (node.namedSpread) {
    const spread = yield* evaluate(node.namedSpread, scope);
    if (!(spread instanceof Dict)) {
      throw typeFault(`argument after ** must be a mapping, not ${typeName(spread)}`);
    }
    for (const [key, value] of spread) {
      if (typeof key !== 'string') throw typeFault('keywords must be strings');
      if (kwargs.has(key)) throw typeFault(`got multiple values for keyword argument '${key}'`);
      kwargs.set(key, value);
    }
  }
  return kwargs;
}

export function* applyFilter(filter: Filter, input: Value, scope: Scope): Evaluation<Value> {
  const { frame } = scope;
  const args = yield* evaluatePositional(filter.args, scope);
  const kwargs = yield* evaluateNamed(filter.args, scope);
  frame.at = filter.at;
  const { filters } = frame.execution;
  if (!filters.has(filter.name)) throw unknown('filter', filter.name, filters.keys());
  return yield* new CallSite(scope).filter(filter.name, input, args, kwargs);
}

function* evaluateTest(node: Node<'test'>, scope: Scope): Evaluation<Value> {
  const { frame } = scope;
  const input = yield* evaluate(node.input, scope);
  const args = yield* evaluatePositional(node.args, scope);
  const kwargs = yield* evaluateNamed(node.args, scope);
  frame.at = node.at;
  const { tests } = frame.execution;
  if (!tests.has(node.name)) throw unknown('test', node.name, tests.keys());
  return yield* new CallSite(scope).test(node.name, input, args, kwargs);
}

function unknown(what: string, name: string, known: Iterable<string>): Fault {
  const hint = didYouMean(name, known);
  return new Fault('JINJA_SYNTAX', `no ${what} named '${name}'`, hint === undefined ? {} : { hint });
}
