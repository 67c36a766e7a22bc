/**
 * Answers of one generation by what was asked: exact, since its tables change only by a publish, and a publish makes
 * another cache. Bounded in bytes; what was not asked for longest goes first.
 */
export class AnswerCache {
  readonly #entries = new Map<string, string>();
  readonly #limit: number;
  #bytes = 0;

  /** `limit` in bytes; 0 keeps nothing. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): string | undefined {
    const text = this.#entries.get(key);
    if (text === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, text);
    return text;
  }

  set(key: string, text: string): void {
    const size = sizeOf(key, text);
    // one answer may not push out all others
    if (size > this.#limit / 8) return;
    this.#delete(key);
    this.#entries.set(key, text);
    this.#bytes += size;
    while (this.#bytes > this.#limit) {
      const [oldest] = this.#entries.keys();
      if (oldest === undefined) return;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    const text = this.#entries.get(key);
    if (text === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, text);
  }
}

/** Two bytes a character at most, and what a Map's entry takes beside it. */
function sizeOf(key: string, text: string): number {
  return 2 * (key.length + text.length) + 100;
}
