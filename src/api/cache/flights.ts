import { Cancellation } from '../../postgres/statements/cancellation.js';

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly cancellation: Cancellation;
  waiting: number;
}

/** Emptied when its flight is over: a Map's earlier tables, garbage themselves, keep what stood in them (`Deadlines`). */
interface Place<T> {
  flight: Flight<T> | undefined;
}

/**
 * Runs equal work once for all who ask for it at the same time. It is cancelled when the last of them goes away, not
 * when the first does.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Place<T>>();

  join(
    key: string,
    cancellation: Cancellation,
    start: (cancellation: Cancellation) => Promise<T>,
  ): Promise<T> {
    const joined = this.#flights.get(key)?.flight ?? this.#start(key, start);
    joined.waiting += 1;
    cancellation.listen(() => {
      joined.waiting -= 1;
      if (joined.waiting > 0) return;
      // who comes now starts anew
      this.#end(key, joined);
      joined.cancellation.cancel();
    });
    return joined.answer;
  }

  #start(key: string, start: (cancellation: Cancellation) => Promise<T>): Flight<T> {
    const cancellation = new Cancellation();
    const flight: Flight<T> = { answer: start(cancellation), cancellation, waiting: 0 };
    this.#flights.set(key, { flight });
    const done = (): void => this.#end(key, flight);
    flight.answer.then(done, done);
    return flight;
  }

  #end(key: string, flight: Flight<T>): void {
    const place = this.#flights.get(key);
    if (place?.flight !== flight) return;
    place.flight = undefined;
    this.#flights.delete(key);
  }
}
