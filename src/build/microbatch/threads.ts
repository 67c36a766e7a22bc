/** How many things a run does at once: its nodes, and batches that use what the nodes leave free. */
export class Threads {
  #busy = 0;

  constructor(readonly limit: number) {}

  /** A node begins. The graph's walk sees to the limit. */
  async node<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }

  /** Takes a free thread for a batch; `give` it back. */
  take(): boolean {
    if (this.#busy >= this.limit) return false;
    this.#busy += 1;
    return true;
  }

  give(): void {
    this.#busy -= 1;
  }

  /** Nodes began since: whoever took a thread besides them gives it back. */
  get crowded(): boolean {
    return this.#busy > this.limit;
  }
}
