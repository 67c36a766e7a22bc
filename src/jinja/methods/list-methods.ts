import { limitFault, typeFault, valueFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import { equals } from '../values/equals.js';
import { iterate, toList } from '../values/iterate.js';
import { repr } from '../values/repr.js';
import { sortedBy } from '../values/sort.js';
import { truthy } from '../values/truthy.js';
import type { Value } from '../values/value.js';
import type { Call, Evaluation } from '../values/call.js';
import { integerArgument } from './argument.js';
import type { Method } from './method.js';

/** Python's methods of list. */
export const listMethods: ReadonlyMap<string, Method<Value[]>> = new Map<string, Method<Value[]>>([
  [
    'append',
    (self, call) => {
      const [item = null] = bindArguments('append', call, ['object'], 1);
      grow(self, 1, call);
      self.push(item);
      return null;
    },
  ],
  [
    'extend',
    (self, call) => {
      const items = toList(bindArguments('extend', call, ['iterable'], 1)[0] ?? null);
      grow(self, items.length, call);
      for (const item of items) self.push(item);
      return null;
    },
  ],
  [
    'insert',
    (self, call) => {
      const [index, item = null] = bindArguments('insert', call, ['index', 'object'], 2);
      grow(self, 1, call);
      self.splice(integerArgument(index, 0), 0, item);
      return null;
    },
  ],
  ['pop', pop],
  [
    'remove',
    (self, call) => {
      const [item = null] = bindArguments('remove', call, ['value'], 1);
      const index = self.findIndex((other) => equals(other, item));
      if (index < 0) throw valueFault('list.remove(x): x not in list');
      self.splice(index, 1);
      return null;
    },
  ],
  [
    'clear',
    (self, call) => {
      bindArguments('clear', call, []);
      self.length = 0;
      return null;
    },
  ],
  ['index', (self, call) => indexOf(self, call, 'list')],
  ['count', (self, call) => countOf(self, call)],
  [
    'copy',
    (self, call) => {
      bindArguments('copy', call, []);
      return [...self];
    },
  ],
  [
    'reverse',
    (self, call) => {
      bindArguments('reverse', call, []);
      self.reverse();
      return null;
    },
  ],
  ['sort', sort],
]);

function grow(self: readonly Value[], by: number, call: Call): void {
  if (self.length + by > call.context.limits.size) throw limitFault('a list grows too large', 'size');
}

function pop(self: Value[], call: Call): Value {
  const index = integerArgument(bindArguments('pop', call, ['index'])[0], -1);
  if (self.length === 0) throw valueFault('pop from empty list');
  const at = index < 0 ? index + self.length : index;
  const [item] = at < 0 ? [] : self.splice(at, 1);
  if (item === undefined) throw valueFault('pop index out of range');
  return item;
}

export function indexOf(self: readonly Value[], call: Call, kind: 'list' | 'tuple'): Value {
  const [item = null, start, stop] = bindArguments('index', call, ['value', 'start', 'stop'], 1);
  const clamp = (value: number): number => (value < 0 ? Math.max(0, value + self.length) : value);
  const from = clamp(integerArgument(start, 0));
  const to = Math.min(self.length, clamp(integerArgument(stop, self.length)));
  for (let i = from; i < to; i++) if (equals(self[i] as Value, item)) return i;
  throw valueFault(kind === 'list' ? `${repr(item)} is not in list` : 'tuple.index(x): x not in tuple');
}

export function countOf(self: readonly Value[], call: Call): Value {
  const [item = null] = bindArguments('count', call, ['value'], 1);
  let count = 0;
  for (const other of iterate([...self])) if (equals(other, item)) count++;
  return count;
}

function* sort(self: Value[], call: Call): Evaluation<Value> {
  if (call.args.length > 0) throw typeFault('sort() takes no positional arguments');
  const [key = null, reverse = false] = bindArguments('sort', call, ['key', 'reverse']);
  const keys: Value[] = [];
  for (const item of self) keys.push(key === null ? item : yield* call.context.invoke(key, [item]));
  self.splice(0, self.length, ...sortedBy(self, keys, truthy(reverse)));
  return null;
}
