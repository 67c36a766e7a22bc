import type { Callable } from './callable.js';

/** Filters or tests by name. */
export interface Callables {
  get(name: string): Callable | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** The host's in front of the language's own, without copying either at every render. */
export function layered(host: Callables | undefined, own: Callables): Callables {
  if (host === undefined) return own;
  return {
    get: (name) => host.get(name) ?? own.get(name),
    has: (name) => host.has(name) || own.has(name),
    *keys() {
      yield* host.keys();
      yield* own.keys();
    },
  };
}
