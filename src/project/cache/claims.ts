import type { Place } from '../../errors/thau-error.js';

/** Which unique ids are taken, and where; what is added can be noted meanwhile. */
export class Claims extends Map<string, Place> {
  /** What was added since it was set to a list. */
  noted: [string, Place][] | undefined;

  override set(id: string, at: Place): this {
    this.noted?.push([id, at]);
    return super.set(id, at);
  }
}
