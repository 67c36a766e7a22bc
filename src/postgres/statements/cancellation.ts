/**
 * Told once when nobody waits for an answer any more. An AbortSignal would do the same; one request makes one of
 * these, and a signal with its listeners costs as much as the rest of its way through the pool.
 */
export class Cancellation {
  #cancelled = false;
  #listener: (() => void) | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#listener?.();
  }

  /** Sets who is told; the one set before is no longer. Never called for a cancellation that came before. */
  listen(listener: (() => void) | undefined): void {
    this.#listener = listener;
  }
}
