import { typeFault } from '../fault.js';
import type { Origin } from '../locate.js';
import type { BlockDefinition, Parameter, Statement } from '../parse/ast.js';
import type { Call, Evaluation } from '../values/call.js';
import { Dict } from '../values/dict.js';
import { Tuple } from '../values/tuple.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { evaluate } from './evaluate.js';
import { Frame, type Globals } from './frame.js';
import { located } from './located.js';
import { Output } from './output.js';
import { ReturnSignal } from './return-signal.js';
import { Scope } from './scope.js';

export type BodyRunner = (body: readonly Statement[], scope: Scope, output: Output) => Evaluation<unknown>;

/** What a macro needs beside the call: where it was defined, and what it sees. */
export interface MacroHome {
  readonly definition: BlockDefinition;
  readonly origin: Origin;
  readonly globals: Globals;
  /** The scope around the definition; null for a macro of a file, which sees only `globals`. */
  readonly scope: Scope | null;
  /** `caller()` lets a `return()` pass on to the macro around it. */
  readonly isCaller: boolean;
}

/** Runs a macro's body: gives its text, or what `return()` gave. */
export function* runMacro(home: MacroHome, call: Call, from: Frame, runBody: BodyRunner): Evaluation<Value> {
  const { definition } = home;
  const frame = new Frame(from.execution, home.origin, home.globals, definition.name, from);
  frame.at = definition.at;
  const scope = new Scope(frame, home.scope);
  const output = new Output(from.execution);
  try {
    yield* bindParameters(definition, call, scope);
    yield* runBody(definition.body, scope, output);
  } catch (error) {
    if (error instanceof ReturnSignal && !home.isCaller) return error.value;
    throw located(error, frame);
  }
  return output.text();
}

/** Jinja's binding: missing arguments are undefined, surplus ones are faults unless the body asks for them. */
function* bindParameters(definition: BlockDefinition, call: Call, scope: Scope): Evaluation<undefined> {
  const { name, parameters, uses } = definition;
  const { args } = call;
  const kwargs = new Map(call.kwargs);
  const defaults: Parameter[] = [];
  for (const [index, parameter] of parameters.entries()) {
    let value = args[index];
    if (value === undefined) {
      value = kwargs.get(parameter.name);
      kwargs.delete(parameter.name);
    }
    if (value === undefined) defaults.push(parameter);
    else scope.set(parameter.name, value);
  }
  const { undefinedMode } = scope.frame.execution;
  const callerGiven = parameters.some((parameter) => parameter.name === 'caller');
  if (uses.caller && !callerGiven) {
    scope.set(
      'caller',
      kwargs.get('caller') ?? new Undefined('No caller defined', undefinedMode, { name: 'caller' }),
    );
    kwargs.delete('caller');
  }
  if (uses.kwargs) scope.set('kwargs', new Dict(kwargs));
  else checkKwargs(name, kwargs);
  if (uses.varargs) scope.set('varargs', new Tuple(args.slice(parameters.length)));
  else if (args.length > parameters.length) {
    throw typeFault(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
  }
  // a default sees the parameters before it, and the macro's own scope
  for (const parameter of defaults) {
    const value = parameter.default
      ? yield* evaluate(parameter.default, scope)
      : new Undefined(`parameter '${parameter.name}' was not provided`, undefinedMode, {
          name: parameter.name,
        });
    scope.set(parameter.name, value);
  }
  return undefined;
}

function checkKwargs(name: string, kwargs: ReadonlyMap<string, Value>): void {
  const [surplus] = kwargs.keys();
  if (surplus === undefined) return;
  if (surplus === 'caller') {
    throw typeFault(`macro '${name}' was invoked by a call block, but it never uses \`caller\``);
  }
  throw typeFault(`macro '${name}' takes no keyword argument '${surplus}'`);
}
