interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Buckets kept; the least recently used are forgotten first. */
const most = 10_000;

/**
 * Requests per minute by name: a bucket each, which holds ten seconds' worth (one request at least) and fills evenly, so
 * that a minute's requests cannot come in its first second.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one request; answers with the seconds to wait where there is none left. */
  take(name: string, perMinute: number): number | undefined {
    const now = performance.now();
    const full = Math.max(1, perMinute / 6);
    const bucket = this.#buckets.get(name) ?? { tokens: full, filledAt: now };
    bucket.tokens = Math.min(full, bucket.tokens + ((now - bucket.filledAt) * perMinute) / 60_000);
    bucket.filledAt = now;
    // the least recently used stand first
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > most) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / perMinute);
    bucket.tokens -= 1;
    return undefined;
  }
}
