import type { Value } from './value.js';

/** A Python tuple. Lists are JavaScript arrays. */
export class Tuple {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}
