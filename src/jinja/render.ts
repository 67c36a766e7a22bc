import type { Expression, BlockDefinition, Template } from './parse/ast.js';
import { driveAsync, driveSync } from './evaluate/drive.js';
import { evaluate } from './evaluate/evaluate.js';
import { bindMacro, execute } from './evaluate/execute.js';
import { Execution, Frame, type Globals } from './evaluate/frame.js';
import { located } from './evaluate/located.js';
import type { Macro } from './evaluate/macro.js';
import { Output } from './evaluate/output.js';
import { ReturnSignal } from './evaluate/return-signal.js';
import { CallSite } from './evaluate/call-site.js';
import { Scope } from './evaluate/scope.js';
import { Fault } from './fault.js';
import { builtinFilters } from './filters/builtin-filters.js';
import type { Callable } from './filters/callable.js';
import { layered } from './filters/callables.js';
import type { Origin } from './locate.js';
import { builtinTests } from './tests/builtin-tests.js';
import type { Evaluation, Limits } from './values/call.js';
import type { UndefinedMode } from './values/undefined.js';
import type { Value } from './values/value.js';

export interface RenderOptions {
  /** Those not given are the globals', else the default. */
  readonly limits?: Partial<Limits>;
  /** What a missing name does. Default `default`. */
  readonly undefined?: UndefinedMode;
  /** Filters beside Jinja's own, or in their place; the filtered value is the first argument. */
  readonly filters?: ReadonlyMap<string, Callable>;
  /** Tests (`is …`), likewise. */
  readonly tests?: ReadonlyMap<string, Callable>;
}

/** Ample for the largest packages; a template that never ends passes one of them within seconds. */
export const defaultLimits: Limits = {
  steps: 10_000_000,
  depth: 1_000,
  output: 64 * 1024 * 1024,
  size: 10_000_000,
  digits: 4000,
  search: 1000,
};

/** The text of a template. A call that answers with a promise is JINJA_PENDING. */
export function renderSync(template: Template, globals: Globals, options: RenderOptions = {}): string {
  return driveSync(render(template, globals, options));
}

/** The text of a template; answers of calls are awaited. */
export function renderAsync(
  template: Template,
  globals: Globals,
  options: RenderOptions = {},
): Promise<string> {
  return driveAsync(render(template, globals, options));
}

/** The value of a template that is one `{{ expression }}`; of any other, its text. */
export function evaluateSync(template: Template, globals: Globals, options: RenderOptions = {}): Value {
  return driveSync(evaluateTemplate(template, globals, options));
}

export function evaluateAsync(
  template: Template,
  globals: Globals,
  options: RenderOptions = {},
): Promise<Value> {
  return driveAsync(evaluateTemplate(template, globals, options));
}

/** Calls a macro or any other callable from outside a template. `origin` is what errors name as the caller. */
export function callSync(callee: Value, call: OutsideCall, options: RenderOptions = {}): Value {
  return driveSync(callFrom(callee, call, options));
}

export function callAsync(callee: Value, call: OutsideCall, options: RenderOptions = {}): Promise<Value> {
  return driveAsync(callFrom(callee, call, options));
}

export interface OutsideCall {
  readonly args?: readonly Value[];
  readonly kwargs?: ReadonlyMap<string, Value>;
  readonly globals?: Globals;
  /** Where errors say the call came from: the file that asked for it. */
  readonly file: string;
}

/** A block of a template (a macro, test or materialization) as a callable that sees `globals`. */
export function macroOf(template: Template, block: BlockDefinition, globals: Globals): Macro {
  return bindMacro(template, block, globals);
}

function* render(template: Template, globals: Globals, options: RenderOptions): Evaluation<string> {
  const frame = topFrame(template, globals, options);
  const output = new Output(frame.execution);
  yield* guarded(frame, execute(template.body, new Scope(frame, null), output));
  return output.text();
}

function* evaluateTemplate(template: Template, globals: Globals, options: RenderOptions): Evaluation<Value> {
  const expression = onlyExpression(template);
  if (!expression) return yield* render(template, globals, options);
  const frame = topFrame(template, globals, options);
  return yield* guarded(frame, evaluate(expression, new Scope(frame, null)));
}

function onlyExpression({ body }: Template): Expression | undefined {
  const [only] = body;
  return body.length === 1 && only?.kind === 'output' ? only.value : undefined;
}

function* callFrom(callee: Value, call: OutsideCall, options: RenderOptions): Evaluation<Value> {
  const origin: Origin = { file: call.file, source: '', firstLine: 1 };
  const frame = topFrame(origin, call.globals ?? new Map<string, Value>(), options);
  return yield* guarded(frame, new CallSite(new Scope(frame, null)).invoke(callee, call.args, call.kwargs));
}

function topFrame(origin: Origin, globals: Globals, options: RenderOptions): Frame {
  const execution = new Execution({
    limits: { ...defaultLimits, ...globals.limits, ...options.limits },
    undefinedMode: options.undefined ?? 'default',
    filters: layered(options.filters ?? globals.filters, builtinFilters),
    tests: layered(options.tests, builtinTests),
  });
  return new Frame(execution, origin, globals, null, null);
}

function* guarded<T>(frame: Frame, evaluation: Evaluation<T>): Evaluation<T> {
  try {
    return yield* evaluation;
  } catch (error) {
    if (error instanceof ReturnSignal) {
      throw located(new Fault('JINJA_TYPE', '`return` stands outside of a macro'), frame);
    }
    throw located(error, frame);
  }
}
