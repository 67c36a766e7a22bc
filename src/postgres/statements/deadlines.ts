/**
 * Tells of what is still there a while after it was added. One timer serves all, since all wait equally long: a timer
 * for each is a good part of what a request costs that waits a moment for its turn.
 */
export class Deadlines<T> {
  readonly #added = new Map<T, number>();
  readonly #after: number;
  readonly #due: (item: T) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `due` is called once for an item that was not deleted within `after` milliseconds. */
  constructor(after: number, due: (item: T) => void) {
    this.#after = after;
    this.#due = due;
  }

  add(item: T): void {
    this.#added.set(item, performance.now());
    this.#timer ??= setTimeout(this.#look, this.#after);
  }

  delete(item: T): void {
    this.#added.delete(item);
  }

  /** Nothing is told of any more. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#added.clear();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [item, since] of this.#added) {
      // timers keep whole milliseconds, and may come a part of one early
      const left = since + this.#after - now;
      if (left >= 1) {
        this.#timer ??= setTimeout(this.#look, left);
        return;
      }
      this.#added.delete(item);
      this.#due(item);
    }
  };
}
