import type { Code } from './codes.js';

/** Where a fault stands. `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ThauErrorOptions {
  /** Something to do about it, in a sentence. */
  readonly hint?: string;
  readonly at?: Place;
  /** Lines of the source around `at`, with a caret, made by `excerpt()`. */
  readonly excerpt?: string;
  readonly cause?: unknown;
  /** Further facts, shown as lines below the message: a macro stack, the names of dependents. */
  readonly notes?: readonly string[];
}

/**
 * What thau throws. The message names the object and what was expected; the hint is something to do; `code`
 * is listed in docs/errors.md with cause and cure.
 */
export class ThauError extends Error {
  readonly code: Code;
  readonly hint: string | undefined;
  readonly at: Place | undefined;
  readonly excerpt: string | undefined;
  readonly notes: readonly string[];

  constructor(code: Code, message: string, options: ThauErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ThauError';
    this.code = code;
    this.hint = options.hint;
    this.at = options.at;
    this.excerpt = options.excerpt;
    this.notes = options.notes ?? [];
  }
}
