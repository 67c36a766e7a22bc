import type { Caller } from '../../access/caller.js';

/** How many subscriptions are open, in all and of one key. */
export class LiveLimits {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #byOwner = new Map<string, number>();
  #open = 0;

  constructor(most: number, mostOfOne: number) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
  }

  get open(): number {
    return this.#open;
  }

  /** Takes a place; undefined where there is none. Whoever takes it calls what is returned at the end, once. */
  take({ keyId = '' }: Caller): (() => void) | undefined {
    const own = this.#byOwner.get(keyId) ?? 0;
    if (this.#open >= this.#most || own >= this.#mostOfOne) return undefined;
    this.#open += 1;
    this.#byOwner.set(keyId, own + 1);
    return () => {
      this.#open -= 1;
      const left = (this.#byOwner.get(keyId) ?? 1) - 1;
      if (left > 0) this.#byOwner.set(keyId, left);
      else this.#byOwner.delete(keyId);
    };
  }
}
