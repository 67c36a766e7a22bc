import { createHash } from 'node:crypto';
import { Fault, typeFault, valueFault } from '../../jinja/fault.js';
import { ReturnSignal } from '../../jinja/evaluate/return-signal.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { Call, CallResult, Evaluation } from '../../jinja/values/call.js';
import { Dict } from '../../jinja/values/dict.js';
import { Float } from '../../jinja/values/float.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { tryIterate } from '../../jinja/values/iterate.js';
import { str } from '../../jinja/values/repr.js';
import { PySet } from '../../jinja/values/set.js';
import { Tuple } from '../../jinja/values/tuple.js';
import { truthy } from '../../jinja/values/truthy.js';
import type { Value } from '../../jinja/values/value.js';
import { ThauError } from '../../errors/thau-error.js';
import { YamlFile } from '../yaml/yaml-file.js';
import { Scalar, stringify } from 'yaml';
import { plainOf } from './lazy-record.js';
import { toValue } from './plain.js';
import { parseJson } from './parse-json.js';
import { pythonJson } from './python-json.js';

/** The functions of dbt's context that need neither a node nor the database. */
export function pureFunctions(): Map<string, Value> {
  const functions: Readonly<Record<string, (call: Call) => CallResult>> = {
    return: (call) => {
      const [value = null] = bindArguments('return', call, ['data'], 1);
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the interpreter's own signal, no error
      throw new ReturnSignal(value);
    },
    fromjson: (call) => withDefault('fromjson', 'string', call, parseJson),
    tojson: (call) => {
      const [value = null, fallback, sort = false] = bindArguments(
        'tojson',
        call,
        ['value', 'default', 'sort_keys'],
        1,
      );
      try {
        return pythonJson(value, truthy(sort));
      } catch (error) {
        if (error instanceof Fault && fallback !== undefined) return fallback;
        throw error;
      }
    },
    fromyaml: (call) =>
      withDefault('fromyaml', 'value', call, (text) => toValue(new YamlFile('fromyaml', text).value)),
    toyaml: (call) => {
      const [value = null, , sort = false] = bindArguments(
        'toyaml',
        call,
        ['value', 'default', 'sort_keys'],
        1,
      );
      // PyYAML writes lists no deeper than the key they belong to
      return stringify(plainOf(value), floatsApart, { sortMapEntries: truthy(sort), indentSeq: false });
    },
    set: (call) => {
      const [value = null, fallback = null] = bindArguments('set', call, ['value', 'default'], 1);
      const items = tryIterate(value);
      return items === undefined ? fallback : new PySet(items);
    },
    set_strict: (call) => new PySet(strictItems('set_strict', call.args[0] ?? null)),
    zip: (call) => {
      const lists = call.args.map((arg) => tryIterate(arg));
      if (lists.some((list) => list === undefined)) return call.kwargs.get('default') ?? null;
      return zip(lists.map((list) => [...(list ?? [])]));
    },
    zip_strict: (call) => zip(call.args.map((arg) => strictItems('zip_strict', arg))),
    try_or_compiler_error: (call) => tryOrRaise(call),
    local_md5: (call) => {
      const [value = null] = bindArguments('local_md5', call, ['value'], 1);
      if (typeof value !== 'string') throw typeFault('local_md5() takes text');
      return createHash('md5').update(value, 'utf8').digest('hex');
    },
    diff_of_two_dicts: (call) => {
      const [a = null, b = null] = bindArguments('diff_of_two_dicts', call, ['dict_a', 'dict_b'], 2);
      return differenceOfDicts(a, b);
    },
  };
  return new Map(Object.entries(functions).map(([name, run]) => [name, new HostFunction(name, run)]));
}

function withDefault(name: string, parameter: string, call: Call, read: (text: string) => Value): Value {
  const [value = null, fallback = null] = bindArguments(name, call, [parameter, 'default'], 1);
  if (typeof value !== 'string') return fallback;
  try {
    return read(value);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ThauError) return fallback;
    throw error;
  }
}

/** Whole floats with their point. */
function floatsApart(_: unknown, value: unknown): unknown {
  if (!(value instanceof Float)) return value;
  return Object.assign(new Scalar(value.value), { minFractionDigits: 1 });
}

function strictItems(name: string, value: Value): Value[] {
  const items = tryIterate(value);
  if (items === undefined) throw typeFault(`${name}() takes what can be iterated over, not ${str(value)}`);
  return [...items];
}

function zip(lists: readonly (readonly Value[])[]): Value[] {
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => new Tuple(lists.map((list) => list[index] ?? null)));
}

/** The keys of `a`, with the entries of its lists that `b` has not, compared in lower case. */
function differenceOfDicts(a: Value, b: Value): Value {
  if (!(a instanceof Dict) || !(b instanceof Dict))
    throw valueFault('diff_of_two_dicts() takes two dicts of lists');
  const lower = (value: Value): string => str(value).toLowerCase();
  const others = new Map(
    [...b].map(([key, value]) => [lower(key), new Set([...(tryIterate(value) ?? [])].map(lower))]),
  );
  const result = new Dict();
  for (const [key, value] of a) {
    const known = others.get(lower(key));
    const left = [...(tryIterate(value) ?? [])].filter((item) => !(known?.has(lower(item)) ?? false));
    if (left.length > 0) result.set(key, left);
  }
  return result;
}

/** Calls a function, and says `message` in the place of whatever goes wrong there. */
function* tryOrRaise({ args, kwargs, context }: Call): Evaluation<Value> {
  const [message = '', work = null, ...rest] = args;
  try {
    return yield* context.invoke(work, rest, kwargs);
  } catch (error) {
    if (error instanceof ReturnSignal) throw error;
    throw new Fault('JINJA_VALUE', str(message));
  }
}
