/** Characters from which an answer that is asked for again is kept as bytes: they go out as they are. */
const longAnswer = 8_192;

/**
 * Answers of one generation by what was asked: exact, since its tables change only by a publish, and a publish makes
 * another cache. Bounded in bytes; what was not asked for longest goes first.
 */
export class AnswerCache {
  readonly #entries = new Map<string, string | Buffer>();
  readonly #limit: number;
  #bytes = 0;

  /** `limit` in bytes; 0 keeps nothing. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): string | Buffer | undefined {
    let answer = this.#entries.get(key);
    if (answer === undefined) return undefined;
    this.#entries.delete(key);
    if (typeof answer === 'string' && answer.length >= longAnswer) {
      this.#bytes -= sizeOf(key, answer);
      answer = Buffer.from(answer);
      this.#bytes += sizeOf(key, answer);
    }
    this.#entries.set(key, answer);
    return answer;
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
    const answer = this.#entries.get(key);
    if (answer === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, answer);
  }
}

/** Two bytes a character at most (three in UTF-8, which bytes tell), and what a Map's entry takes beside it. */
function sizeOf(key: string, answer: string | Buffer): number {
  return 2 * key.length + (typeof answer === 'string' ? 2 : 1) * answer.length + 100;
}
