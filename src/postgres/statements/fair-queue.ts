/**
 * A queue that serves its owners in turn, each owner's own in order: a caller with a hundred requests waiting does
 * not hold up one with a single request.
 */
export class FairQueue<T> {
  readonly #byOwner = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(owner: string, item: T): void {
    const waiting = this.#byOwner.get(owner);
    if (waiting === undefined) this.#byOwner.set(owner, [item]);
    else waiting.push(item);
    this.#size += 1;
  }

  /** The next in turn; its owner then goes to the end of the round. */
  shift(): T | undefined {
    for (const [owner, waiting] of this.#byOwner) {
      const item = waiting.shift();
      if (waiting.length === 0 || this.#byOwner.size > 1) this.#byOwner.delete(owner);
      if (waiting.length > 0) this.#byOwner.set(owner, waiting);
      if (item === undefined) continue;
      this.#size -= 1;
      return item;
    }
    return undefined;
  }

  /** Takes an item out of its place; false where it is no longer there. */
  remove(owner: string, item: T): boolean {
    const waiting = this.#byOwner.get(owner);
    const index = waiting?.indexOf(item) ?? -1;
    if (waiting === undefined || index < 0) return false;
    waiting.splice(index, 1);
    if (waiting.length === 0) this.#byOwner.delete(owner);
    this.#size -= 1;
    return true;
  }
}
