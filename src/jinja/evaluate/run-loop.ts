import type { Statement } from '../parse/ast.js';
import type { Call, CallResult, Evaluation } from '../values/call.js';
import { bindArguments } from '../values/bind-arguments.js';
import { iterate, toList } from '../values/iterate.js';
import { truthy } from '../values/truthy.js';
import type { Value } from '../values/value.js';
import { assign } from './assign.js';
import { evaluate } from './evaluate.js';
import { LoopContext } from './loop-context.js';
import { Output } from './output.js';
import { Scope } from './scope.js';

type ForLoop = Extract<Statement, { kind: 'for' }>;
type Execute = (
  body: readonly Statement[],
  scope: Scope,
  output: Output,
) => Evaluation<'done' | 'break' | 'continue'>;

/** Runs a for loop; each turn has variables of its own. */
export function* runLoop(
  node: ForLoop,
  scope: Scope,
  output: Output,
  execute: Execute,
): Evaluation<undefined> {
  const value = yield* evaluate(node.iterable, scope);
  scope.frame.at = node.iterable.at;
  yield* walk(node, value, 0, scope, output, execute);
  return undefined;
}

function* walk(
  node: ForLoop,
  value: Value,
  depth: number,
  scope: Scope,
  output: Output,
  execute: Execute,
): Evaluation<undefined> {
  // a list is walked as it grows, as in Python; everything else as it was
  const all: readonly Value[] = Array.isArray(value) ? value : [...iterate(value)];
  const items = node.condition ? yield* filtered(node, node.condition, all, scope) : all;
  const { frame } = scope;
  if (items.length === 0) {
    yield* execute(node.otherwise, new Scope(frame, scope), output);
    return undefined;
  }
  const recurse = (call: Call, inner: number): CallResult => recursion(node, call, inner, scope, execute);
  const loop = new LoopContext(items, depth, frame.execution.undefinedMode, node.recursive ? recurse : null);
  for (let index = 0; index < items.length; index++) {
    frame.execution.step();
    loop.index0 = index;
    const turn = new Scope(frame, scope);
    turn.set('loop', loop);
    assign(node.target, items[index] as Value, turn);
    if ((yield* execute(node.body, turn, output)) === 'break') break;
  }
  return undefined;
}

function* filtered(
  node: ForLoop,
  condition: NonNullable<ForLoop['condition']>,
  items: readonly Value[],
  scope: Scope,
): Evaluation<Value[]> {
  const kept: Value[] = [];
  for (const item of items) {
    scope.frame.execution.step();
    const inner = new Scope(scope.frame, scope);
    assign(node.target, item, inner);
    if (truthy(yield* evaluate(condition, inner))) kept.push(item);
  }
  return kept;
}

/** `loop(children)`: the same loop over other items, as text. */
function* recursion(
  node: ForLoop,
  call: Call,
  depth: number,
  scope: Scope,
  execute: Execute,
): Evaluation<Value> {
  const [items = null] = bindArguments('loop', call, ['iterable'], 1);
  const output = new Output(scope.frame.execution);
  yield* walk(node, Array.isArray(items) ? items : toList(items), depth, scope, output, execute);
  return output.text();
}
