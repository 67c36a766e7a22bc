import { typeFault, valueFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { DictView } from '../values/dict-view.js';
import { Dict } from '../values/dict.js';
import { iterate, toList } from '../values/iterate.js';
import { repr } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';
import type { Method } from './method.js';

/** Python's methods of dict. */
export const dictMethods: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  ...(['keys', 'values', 'items'] as const).map((part): [string, Method<Dict>] => [
    part,
    (self, call) => {
      bindArguments(part, call, []);
      return new DictView(self, part);
    },
  ]),
  [
    'get',
    (self, call) => {
      const [key = null, otherwise = null] = bindArguments('get', call, ['key', 'default'], 1);
      const value = self.get(key);
      return value === undefined ? otherwise : value;
    },
  ],
  ['pop', pop],
  [
    'popitem',
    (self, call) => {
      bindArguments('popitem', call, []);
      const last = [...self].at(-1);
      if (!last) throw valueFault('popitem(): dictionary is empty');
      self.delete(last[0]);
      return new Tuple(last);
    },
  ],
  [
    'setdefault',
    (self, call) => {
      const [key = null, otherwise = null] = bindArguments('setdefault', call, ['key', 'default'], 1);
      const value = self.get(key);
      if (value !== undefined) return value;
      self.set(key, otherwise);
      return otherwise;
    },
  ],
  [
    'update',
    (self, call) => {
      for (const [key, value] of entriesOf(call, 'update')) self.set(key, value);
      return null;
    },
  ],
  [
    'copy',
    (self, call) => {
      bindArguments('copy', call, []);
      return new Dict(self);
    },
  ],
  [
    'clear',
    (self, call) => {
      bindArguments('clear', call, []);
      self.clear();
      return null;
    },
  ],
  [
    'fromkeys',
    (_, call) => {
      const [keys = null, value = null] = bindArguments('fromkeys', call, ['iterable', 'value'], 1);
      return new Dict(toList(keys).map((key) => [key, value]));
    },
  ],
]);

function pop(self: Dict, call: Call): Value {
  const [key = null, otherwise] = bindArguments('pop', call, ['key', 'default'], 1);
  const found = self.get(key);
  const value = found === undefined ? otherwise : found;
  if (value === undefined) throw valueFault(`KeyError: ${repr(key)}`);
  self.delete(key);
  return value;
}

/** The entries that `dict(…)` and `update(…)` are called with: a mapping or pairs, and keywords. */
export function* entriesOf(
  { args, kwargs }: Pick<Call, 'args' | 'kwargs'>,
  name: string,
): Iterable<[Value, Value]> {
  const [source] = args;
  if (args.length > 1) throw typeFault(`${name} expected at most 1 argument, got ${args.length}`);
  if (source instanceof Dict) yield* source;
  else if (source !== undefined) {
    for (const [index, item] of toList(source).entries()) {
      const [key, value, ...more] = [...iterate(item)];
      if (key === undefined || value === undefined || more.length > 0) {
        throw valueFault(`dictionary update sequence element #${index} does not have length 2`);
      }
      yield [key, value];
    }
  }
  yield* kwargs;
}
