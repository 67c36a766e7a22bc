import type { Expression, Statement } from '../parse/ast.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call, CallResult, Evaluation } from '../values/call.js';
import { iterate } from '../values/iterate.js';
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
  const ran = node.usesLoop
    ? yield* runWithContext(node, value, 0, scope, output, execute)
    : yield* runPlain(node, value, scope, output, execute);
  if (!ran) yield* execute(node.otherwise, new Scope(scope.frame, scope), output);
  return undefined;
}

/** A loop that never reads `loop`: items and condition are taken as the turns come, as in Python. */
function* runPlain(
  node: ForLoop,
  value: Value,
  scope: Scope,
  output: Output,
  execute: Execute,
): Evaluation<boolean> {
  let ran = false;
  for (const item of iterate(value)) {
    scope.frame.execution.step();
    if (node.condition && !(yield* accepts(node, node.condition, item, scope))) continue;
    ran = true;
    const turn = new Scope(scope.frame, scope);
    assign(node.target, item, turn);
    if ((yield* execute(node.body, turn, output)) === 'break') break;
  }
  return ran;
}

/** A loop that reads `loop`, which must know what comes: the items are chosen first. */
function* runWithContext(
  node: ForLoop,
  value: Value,
  depth: number,
  scope: Scope,
  output: Output,
  execute: Execute,
): Evaluation<boolean> {
  // a list is walked as it grows, as in Python; everything else as it was
  let items: readonly Value[] = Array.isArray(value) ? value : [...iterate(value)];
  if (node.condition) {
    const kept: Value[] = [];
    for (const item of items) if (yield* accepts(node, node.condition, item, scope)) kept.push(item);
    items = kept;
  }
  const { execution } = scope.frame;
  const recurse = (call: Call, inner: number): CallResult => recursion(node, call, inner, scope, execute);
  const loop = new LoopContext(items, depth, execution.undefinedMode, node.recursive ? recurse : null);
  for (let index = 0; index < items.length; index++) {
    execution.step();
    loop.index0 = index;
    const turn = new Scope(scope.frame, scope);
    turn.set('loop', loop);
    assign(node.target, items[index] as Value, turn);
    if ((yield* execute(node.body, turn, output)) === 'break') break;
  }
  return items.length > 0;
}

function* accepts(node: ForLoop, condition: Expression, item: Value, scope: Scope): Evaluation<boolean> {
  const inner = new Scope(scope.frame, scope);
  assign(node.target, item, inner);
  return truthy(yield* evaluate(condition, inner));
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
  const ran = yield* runWithContext(node, items, depth, scope, output, execute);
  if (!ran) yield* execute(node.otherwise, new Scope(scope.frame, scope), output);
  return output.text();
}
