import type { Tuple } from '../values/tuple.js';
import { countOf, indexOf } from './list-methods.js';
import type { Method } from './method.js';

/** Python's methods of tuple. */
export const tupleMethods: ReadonlyMap<string, Method<Tuple>> = new Map<string, Method<Tuple>>([
  ['index', (self, call) => indexOf(self.items, call, 'tuple')],
  ['count', (self, call) => countOf(self.items, call)],
]);
