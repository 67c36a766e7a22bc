/** What docs/errors.md says of a code. */
export interface CodeDoc {
  /** Why it happens, in a sentence. */
  readonly cause: string;
  /** What to do about it, in a sentence. */
  readonly cure: string;
}
