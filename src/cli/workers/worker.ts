import type { MetricsSnapshot } from '../../api/metrics/request-metrics.js';
import type { TakeRequest } from '../../api/http/rate-limits.js';
import { isOurs, type ToPrimary, type ToWorker } from './messages.js';

/** Milliseconds to wait for the counts of all processes; after that this process answers with its own. */
const patience = 2_000;

/** One of several processes that answer on one port. */
export class ApiWorker {
  readonly #asked = new Map<number, (snapshots: readonly MetricsSnapshot[]) => void>();
  readonly #taking = new Map<number, (wait: number | undefined) => void>();
  #own: (() => MetricsSnapshot) | undefined;
  #asks = 0;
  /** Resolves when the primary says so, or is gone: nobody would stop this process then. */
  readonly stopped: Promise<void>;

  constructor() {
    this.stopped = new Promise((resolve) => {
      process.once('disconnect', () => resolve());
      process.on('message', (message: unknown) => {
        if (!isOurs<ToWorker>(message)) return;
        if (message.thau === 'stop') resolve();
        else if (message.thau === 'taken') this.#taking.get(message.ask)?.(message.wait);
        else if (message.thau === 'counted') this.#asked.get(message.ask)?.(message.snapshots);
        else if (this.#own !== undefined) {
          this.#say({ thau: 'snapshot', round: message.round, snapshot: this.#own() });
        }
      });
    });
  }

  /** Answers requests from now on. */
  listening(url: string): void {
    this.#say({ thau: 'listening', url });
  }

  /** For `ServeOptions.snapshots`. */
  readonly snapshots = (own: () => MetricsSnapshot): (() => Promise<readonly MetricsSnapshot[]>) => {
    this.#own = own;
    return () => {
      this.#asks += 1;
      const ask = this.#asks;
      return new Promise((resolve) => {
        const done = (snapshots: readonly MetricsSnapshot[]): void => {
          clearTimeout(timer);
          this.#asked.delete(ask);
          resolve(snapshots);
        };
        const timer = setTimeout(() => done([own()]), patience);
        this.#asked.set(ask, done);
        this.#say({ thau: 'ask', ask });
      });
    };
  };

  /** For `ServeOptions.takeRequest`. */
  readonly takeRequest: TakeRequest = (name, perMinute) => {
    this.#asks += 1;
    const ask = this.#asks;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#taking.delete(ask);
        reject(new Error('the primary does not count'));
      }, patience);
      this.#taking.set(ask, (wait) => {
        clearTimeout(timer);
        this.#taking.delete(ask);
        resolve(wait);
      });
      this.#say({ thau: 'take', ask, name, perMinute });
    });
  };

  #say(message: ToPrimary): void {
    if (process.connected) process.send?.(message);
  }
}
