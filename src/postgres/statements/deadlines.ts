/** One who waits, as `Deadlines` gave it out. */
export interface Deadline<T> {
  /** Nothing once it was deleted or is due. */
  item: T | undefined;
  /** When it was added, by `performance.now`. */
  readonly since: number;
}

/** Emptied places at the front of the line that are cut off at once. */
const cut = 512;

/**
 * Tells of what is still there a while after it was added. One timer serves all, since all wait equally long: a timer
 * for each is a good part of what a request costs that waits a moment for its turn.
 *
 * A line and not a Map: V8 keeps a Map's earlier table reachable from nothing but its own garbage, each pointing to the
 * next, so that whatever stood in one when it was made anew lives until a collection of the old space; with a hundred
 * requests waiting that is every request with its answer. What is deleted here is let go at once.
 */
export class Deadlines<T> {
  #line: Deadline<T>[] = [];
  /** Where those begin that may still wait. */
  #first = 0;
  readonly #after: number;
  readonly #due: (item: T) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `due` is called once for an item that was not deleted within `after` milliseconds. */
  constructor(after: number, due: (item: T) => void) {
    this.#after = after;
    this.#due = due;
  }

  add(item: T): Deadline<T> {
    this.#passEmptied();
    const deadline: Deadline<T> = { item, since: performance.now() };
    this.#line.push(deadline);
    this.#timer ??= setTimeout(this.#look, this.#after);
    return deadline;
  }

  delete(deadline: Deadline<T>): void {
    deadline.item = undefined;
  }

  /** Nothing is told of any more. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const deadline of this.#line) deadline.item = undefined;
    this.#line = [];
    this.#first = 0;
  }

  #passEmptied(): Deadline<T> | undefined {
    const line = this.#line;
    while (this.#first < line.length && line[this.#first]?.item === undefined) this.#first += 1;
    if (this.#first >= cut || this.#first === line.length) {
      line.splice(0, this.#first);
      this.#first = 0;
    }
    return line[this.#first];
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (let next = this.#passEmptied(); next !== undefined; next = this.#passEmptied()) {
      // timers keep whole milliseconds, and may come a part of one early
      const left = next.since + this.#after - now;
      if (left >= 1) {
        this.#timer ??= setTimeout(this.#look, left);
        return;
      }
      const { item } = next;
      next.item = undefined;
      if (item !== undefined) this.#due(item);
    }
  };
}
