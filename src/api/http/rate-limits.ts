import type { AccessRole } from '../../access/role-book.js';
import type { Caller } from '../../access/caller.js';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * Requests per minute of each key, where its role counts them: a bucket that holds ten seconds' worth (one request at
 * least) and fills evenly, so that a minute's requests cannot come in its first second. Of this process alone.
 */
export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one request; answers with the seconds to wait where there is none left. */
  take(caller: Caller, access: AccessRole): number | undefined {
    const perMinute = access.requestsPerMinute;
    if (perMinute === 0) return undefined;
    const now = performance.now();
    const most = Math.max(1, perMinute / 6);
    const name = `${caller.keyId ?? ''} ${access.name}`;
    const bucket = this.#buckets.get(name) ?? { tokens: most, filledAt: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.filledAt) * perMinute) / 60_000);
    bucket.filledAt = now;
    // the least recently used stand first
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > 10_000) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / perMinute);
    bucket.tokens -= 1;
    return undefined;
  }
}
