import type { AccessRole } from '../../access/role-book.js';
import type { Caller } from '../../access/caller.js';
import { TokenBuckets } from './token-buckets.js';

/** Takes one request of so many per minute; answers with the seconds to wait where there is none left. */
export type TakeRequest = (name: string, perMinute: number) => Promise<number | undefined>;

/**
 * Requests per minute of each key, where its role counts them: in this process, or where several answer on one port by
 * one count for all of them.
 */
export class RateLimits {
  readonly #own = new TokenBuckets();
  readonly #shared: TakeRequest | undefined;

  /** `shared` counts for all processes; it rejects where nobody counts at the moment. */
  constructor(shared?: TakeRequest) {
    this.#shared = shared;
  }

  /** Undefined where the role counts nothing; else resolves with the seconds to wait, or undefined for none. */
  take(caller: Caller, access: AccessRole): Promise<number | undefined> | undefined {
    const { requestsPerMinute } = access;
    if (requestsPerMinute === 0) return undefined;
    const name = `${caller.keyId ?? ''} ${access.name}`;
    if (this.#shared === undefined) return Promise.resolve(this.#own.take(name, requestsPerMinute));
    return this.#shared(name, requestsPerMinute).catch(() => this.#own.take(name, requestsPerMinute));
  }
}
