import { hash } from 'node:crypto';
import type { Caller } from './caller.js';
import { verifyKey } from './key-hash.js';
import { findKey, touchKeys, type KeyDatabase, type StoredKey } from './key-store.js';
import { readKey } from './key-text.js';

/** Why a key is refused; the words go to the caller. */
export type Refusal = 'unknown' | 'expired' | 'revoked';
export type Verdict = { readonly caller: Caller } | { readonly refused: Refusal };

export interface KeyVerifierOptions {
  /** Milliseconds after which a known key's row is read again (without scrypt); default 30,000. */
  readonly recheckAfter?: number;
  /** Milliseconds for which a wrong key is refused from memory; default 5,000. */
  readonly refuseFor?: number;
  /** How many keys are remembered, right and wrong together; default 10,000. */
  readonly remembered?: number;
  /** How many scrypt run at once, so that guessing keys cannot take the thread pool; default 2. */
  readonly parallelHashes?: number;
}

interface Remembered {
  readonly verdict: Verdict;
  /** The stored hash that the key was proven against: while it stands, scrypt need not run again. */
  readonly provenAgainst: string | undefined;
  readonly expiresAt: number;
  checkedAt: number;
}

/**
 * Answers who holds a key. scrypt runs once per key and process, never once per request: what it proved is kept by
 * the SHA-256 of the key, so memory holds no key. The row is read again every `recheckAfter` and whenever `forget`
 * is called (on `thau_keys`), so a revoked key ends at once.
 */
export class KeyVerifier {
  readonly #keys: KeyDatabase;
  readonly #options: Required<KeyVerifierOptions>;
  readonly #remembered = new Map<string, Remembered>();
  readonly #pending = new Map<string, Promise<Verdict>>();
  readonly #used = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #hashing = 0;
  #forgotten = 0;

  constructor(keys: KeyDatabase, options: KeyVerifierOptions = {}) {
    this.#keys = keys;
    this.#options = {
      recheckAfter: 30_000,
      refuseFor: 5_000,
      remembered: 10_000,
      parallelHashes: 2,
      ...options,
    };
  }

  /** The verdict if it is in memory and fresh: the path of nearly every request, without a promise. */
  known(text: string): Verdict | undefined {
    const found = this.#remembered.get(digest(text));
    if (found === undefined) return undefined;
    const now = Date.now();
    const refused = 'refused' in found.verdict;
    if (now - found.checkedAt > (refused ? this.#options.refuseFor : this.#options.recheckAfter))
      return undefined;
    if (now >= found.expiresAt) return { refused: 'expired' };
    if ('caller' in found.verdict && found.verdict.caller.keyId !== undefined) {
      this.#used.set(found.verdict.caller.keyId, now);
    }
    return found.verdict;
  }

  /** The verdict; equal keys asked at once share one check. Throws only when the database does. */
  async verify(text: string): Promise<Verdict> {
    const known = this.known(text);
    if (known !== undefined) return known;
    const name = digest(text);
    const running = this.#pending.get(name);
    if (running !== undefined) return running;
    const check = this.#check(text, name).finally(() => this.#pending.delete(name));
    this.#pending.set(name, check);
    return check;
  }

  /** Every key's row is read again at its next use. */
  forget(): void {
    this.#forgotten += 1;
    for (const entry of this.#remembered.values()) entry.checkedAt = 0;
  }

  /** Writes down when keys were used since the last call; the server calls it every few seconds and at its end. */
  async flushUses(): Promise<void> {
    if (this.#used.size === 0) return;
    const uses = [...this.#used].map(([keyId, at]) => ({ keyId, at: new Date(at) }));
    this.#used.clear();
    await touchKeys(this.#keys, uses);
  }

  async #check(text: string, name: string): Promise<Verdict> {
    const key = readKey(text);
    if (key === undefined) return { refused: 'unknown' };
    const forgotten = this.#forgotten;
    const row = await findKey(this.#keys, key.id);
    if (row === undefined) return this.#remember(name, { refused: 'unknown' }, undefined, forgotten);
    const proven = this.#remembered.get(name)?.provenAgainst === row.hash || (await this.#proves(text, row));
    const verdict = proven ? standing(row) : ({ refused: 'unknown' } as const);
    if ('caller' in verdict) this.#used.set(row.keyId, Date.now());
    return this.#remember(name, verdict, proven ? row : undefined, forgotten);
  }

  #remember(name: string, verdict: Verdict, row: StoredKey | undefined, forgotten: number): Verdict {
    this.#remembered.delete(name);
    this.#remembered.set(name, {
      verdict,
      provenAgainst: row?.hash,
      expiresAt: row?.expiresAt?.getTime() ?? Infinity,
      // forgotten while the row was being read: what was read may be the past
      checkedAt: forgotten === this.#forgotten ? Date.now() : 0,
    });
    if (this.#remembered.size > this.#options.remembered) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    return verdict;
  }

  async #proves(text: string, row: StoredKey): Promise<boolean> {
    if (this.#hashing >= this.#options.parallelHashes) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#hashing += 1;
    }
    try {
      return await verifyKey(text, row.hash);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#hashing -= 1;
      else next();
    }
  }
}

function standing(row: StoredKey): Verdict {
  if (row.revokedAt !== null) return { refused: 'revoked' };
  if (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()) return { refused: 'expired' };
  const { keyId, name, claims, kind } = row;
  return { caller: { keyId, name, roles: [row.role, ...row.otherRoles], claims, kind } };
}

function digest(text: string): string {
  return hash('sha256', text, 'base64');
}
