import type { Callable } from './callable.js';
import { numberFilters } from './number-filters.js';
import { plainFilters } from './plain-filters.js';
import { selectFilters } from './select-filters.js';
import { sequenceFilters } from './sequence-filters.js';
import { textFilters } from './text-filters.js';

/** Jinja's own filters, by name. */
export const builtinFilters: ReadonlyMap<string, Callable> = new Map([
  ...textFilters,
  ...numberFilters,
  ...sequenceFilters,
  ...selectFilters,
  ...plainFilters,
]);
