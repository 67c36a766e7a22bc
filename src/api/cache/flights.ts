import { Cancellation } from '../../postgres/statements/cancellation.js';

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly cancellation: Cancellation;
  waiting: number;
}

/**
 * Runs equal work once for all who ask for it at the same time. It is cancelled when the last of them goes away, not
 * when the first does.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  join(
    key: string,
    cancellation: Cancellation,
    start: (cancellation: Cancellation) => Promise<T>,
  ): Promise<T> {
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      const shared = new Cancellation();
      const started: Flight<T> = { answer: start(shared), cancellation: shared, waiting: 0 };
      this.#flights.set(key, started);
      const done = (): void => {
        if (this.#flights.get(key) === started) this.#flights.delete(key);
      };
      started.answer.then(done, done);
      flight = started;
    }
    const joined = flight;
    joined.waiting += 1;
    cancellation.listen(() => {
      joined.waiting -= 1;
      if (joined.waiting > 0) return;
      // who comes now starts anew
      if (this.#flights.get(key) === joined) this.#flights.delete(key);
      joined.cancellation.cancel();
    });
    return joined.answer;
  }
}
