import { valueFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { iterate } from '../values/iterate.js';
import { repr } from '../values/repr.js';
import { PySet } from '../values/set.js';
import type { Value } from '../values/value.js';
import type { Method } from './method.js';

/** Python's methods of set. */
export const setMethods: ReadonlyMap<string, Method<PySet>> = new Map<string, Method<PySet>>([
  ['add', change('add', (self, value) => self.add(value))],
  ['discard', change('discard', (self, value) => self.delete(value))],
  [
    'remove',
    change('remove', (self, value) => {
      if (!self.delete(value)) throw valueFault(`KeyError: ${repr(value)}`);
    }),
  ],
  [
    'pop',
    (self, call) => {
      bindArguments('pop', call, []);
      const [first] = self;
      if (first === undefined) throw valueFault('pop from an empty set');
      self.delete(first);
      return first;
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
  ['copy', combine((self) => new PySet(self))],
  ['union', combine((self, others) => new PySet([...self, ...others.flatMap((other) => [...other])]))],
  [
    'intersection',
    combine(
      (self, others) => new PySet([...self].filter((value) => others.every((other) => other.has(value)))),
    ),
  ],
  [
    'difference',
    combine(
      (self, others) => new PySet([...self].filter((value) => !others.some((other) => other.has(value)))),
    ),
  ],
  [
    'symmetric_difference',
    combine((self, [other = new PySet()]) => {
      const mine = [...self].filter((value) => !other.has(value));
      return new PySet([...mine, ...[...other].filter((value) => !self.has(value))]);
    }),
  ],
  [
    'update',
    (self, call) => {
      for (const other of others(call)) for (const value of other) self.add(value);
      return null;
    },
  ],
  [
    'difference_update',
    (self, call) => {
      for (const other of others(call)) for (const value of other) self.delete(value);
      return null;
    },
  ],
  [
    'intersection_update',
    (self, call) => {
      const kept = others(call);
      for (const value of [...self]) if (!kept.every((other) => other.has(value))) self.delete(value);
      return null;
    },
  ],
  ['issubset', combine((self, [other = new PySet()]) => [...self].every((value) => other.has(value)))],
  ['issuperset', combine((self, [other = new PySet()]) => [...other].every((value) => self.has(value)))],
  ['isdisjoint', combine((self, [other = new PySet()]) => ![...self].some((value) => other.has(value)))],
]);

function change(name: string, run: (self: PySet, value: Value) => unknown): Method<PySet> {
  return (self, call) => {
    run(self, bindArguments(name, call, ['elem'], 1)[0] ?? null);
    return null;
  };
}

function combine(run: (self: PySet, others: readonly PySet[]) => Value): Method<PySet> {
  return (self, call) => run(self, others(call));
}

function others({ args }: Call): PySet[] {
  return args.map((arg) => (arg instanceof PySet ? arg : new PySet(iterate(arg))));
}
