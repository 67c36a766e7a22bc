import { ThauError } from '../../errors/thau-error.js';
import type { Cancellation } from '../../postgres/statements/cancellation.js';
import { FairQueue } from '../../postgres/statements/fair-queue.js';

interface Waiter {
  readonly start: () => void;
}

/** How many answers stream at once; more wait their turn, owner by owner, and are refused when it does not come. */
export class StreamSlots {
  readonly #queue = new FairQueue<Waiter>();
  #open = 0;

  constructor(
    readonly most: number,
    /** Milliseconds to wait. */
    readonly timeout: number,
  ) {}

  get open(): number {
    return this.#open;
  }

  /** Answers with what gives the slot back. */
  take(owner: string, cancellation: Cancellation): Promise<() => void> {
    if (this.#open < this.most) {
      this.#open += 1;
      return Promise.resolve(this.#release());
    }
    return new Promise((resolve, reject) => {
      const leave = (error: ThauError): void => {
        if (this.#queue.remove(owner, waiter)) reject(error);
      };
      const timer = setTimeout(() => leave(busy()), this.timeout);
      const waiter: Waiter = {
        start: () => {
          clearTimeout(timer);
          cancellation.listen(undefined);
          resolve(this.#release());
        },
      };
      cancellation.listen(() => {
        clearTimeout(timer);
        leave(new ThauError('API_CLIENT_GONE', 'The client went away before the answer.'));
      });
      this.#queue.push(owner, waiter);
    });
  }

  #release(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#queue.shift();
      if (next === undefined) this.#open -= 1;
      else next.start();
    };
  }
}

function busy(): ThauError {
  return new ThauError('API_BUSY', 'The request was not started: too many answers are streamed.', {
    hint: 'Try again in a moment.',
  });
}
