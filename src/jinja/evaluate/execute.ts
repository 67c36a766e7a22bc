import type { Origin } from '../locate.js';
import type { BlockDefinition, Filter, Statement } from '../parse/ast.js';
import type { Call, CallResult, Evaluation } from '../values/call.js';
import { str } from '../values/repr.js';
import { truthy } from '../values/truthy.js';
import type { Value } from '../values/value.js';
import { assign } from './assign.js';
import { CallSite } from './call-site.js';
import { applyFilter, evaluate, evaluateCall } from './evaluate.js';
import type { Globals } from './frame.js';
import { Macro } from './macro.js';
import { Output } from './output.js';
import { runLoop } from './run-loop.js';
import { runMacro } from './run-macro.js';
import { Scope } from './scope.js';

type Node<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

/** How a body ended: to its end, or by leaving the loop around it. */
export type Completion = 'done' | 'break' | 'continue';

/** Runs statements in turn, writing what they print. */
export function* execute(body: readonly Statement[], scope: Scope, output: Output): Evaluation<Completion> {
  const { frame } = scope;
  for (const node of body) {
    switch (node.kind) {
      case 'text':
        output.write(node.text);
        continue;
      case 'break':
      case 'continue':
        return node.kind;
    }
    frame.execution.step();
    const completion = yield* executeOne(node, scope, output);
    if (completion !== 'done') return completion;
  }
  return 'done';
}

function* executeOne(
  node: Exclude<Statement, { kind: 'text' | 'break' | 'continue' }>,
  scope: Scope,
  output: Output,
): Evaluation<Completion> {
  switch (node.kind) {
    case 'output': {
      const value = yield* evaluate(node.value, scope);
      scope.frame.at = node.value.at;
      output.write(str(value));
      return 'done';
    }
    case 'if':
      for (const branch of node.branches) {
        if (truthy(yield* evaluate(branch.test, scope))) return yield* execute(branch.body, scope, output);
      }
      return yield* execute(node.otherwise, scope, output);
    case 'for':
      yield* runLoop(node, scope, output, execute);
      return 'done';
    case 'set':
      assign(node.target, yield* evaluate(node.value, scope), scope);
      return 'done';
    case 'set block':
      assign(node.target, yield* capture(node.body, node.filters, scope), scope);
      return 'done';
    case 'do':
      yield* evaluate(node.value, scope);
      return 'done';
    case 'block':
      if (node.definition.kind === 'macro') scope.set(node.definition.name, closure(node.definition, scope));
      return 'done';
    case 'call block':
      output.write(str(yield* evaluateCall(node.call, scope, closure(node.caller, scope, true))));
      return 'done';
    case 'filter block':
      output.write(str(yield* capture(node.body, node.filters, scope)));
      return 'done';
    case 'with':
      return yield* executeWith(node, scope, output);
  }
}

function* executeWith(node: Node<'with'>, scope: Scope, output: Output): Evaluation<Completion> {
  const inner = new Scope(scope.frame, scope);
  // values are evaluated outside: they do not see each other
  for (const { target, value } of node.bindings) assign(target, yield* evaluate(value, scope), inner);
  return yield* execute(node.body, inner, output);
}

/** The text a body writes, through filters. */
function* capture(body: readonly Statement[], filters: readonly Filter[], scope: Scope): Evaluation<Value> {
  const inner = new Output(scope.frame.execution);
  yield* execute(body, new Scope(scope.frame, scope), inner);
  let value: Value = inner.text();
  for (const filter of filters) value = yield* applyFilter(filter, value, scope);
  return value;
}

/** A macro defined where a template runs: it sees the variables around it. */
function closure(definition: BlockDefinition, scope: Scope, isCaller = false): Macro {
  const { origin, globals } = scope.frame;
  const home = { definition, origin, globals, scope, isCaller };
  return new Macro(definition, (call) => runMacro(home, call, frameOf(call, scope), execute));
}

/** A macro of a file, as a value: it sees `globals` and nothing else of its file, as in dbt. */
export function bindMacro(origin: Origin, definition: BlockDefinition, globals: Globals): Macro {
  const home = { definition, origin, globals, scope: null, isCaller: false };
  return new Macro(definition, (call: Call): CallResult => {
    if (!(call.context instanceof CallSite)) throw new TypeError('a macro needs the context of a render');
    return runMacro(home, call, call.context.frame, execute);
  });
}

function frameOf(call: Call, scope: Scope): Scope['frame'] {
  return call.context instanceof CallSite ? call.context.frame : scope.frame;
}
