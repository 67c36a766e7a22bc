/** Wakes who waits for something to look at. A ring between a look and the wait after it is not missed. */
export class Bell {
  #rings = 0;
  readonly #waiting = new Set<() => void>();

  /** To be read before a look, and handed to `after` behind it. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves once it rang more often than `rings`, or when `signal` aborts, or after `patience` milliseconds. */
  after(rings: number, signal: AbortSignal, patience?: number): Promise<void> {
    if (this.#rings > rings || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = patience === undefined ? undefined : setTimeout(wake, patience);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
