import type { Inputs, Reader } from './arguments.js';
import { requestError } from './request-error.js';

/** Gathers a statement's parameters and aliases while its text is written. */
export class StatementBuilder {
  /** $1 is the generation; these follow. */
  readonly readers: Reader[] = [];
  /** False once a relation was read that other things than publishes change. */
  published = true;
  /** Physical relations, for logs and leases. */
  readonly relations = new Set<string>();
  /** What makes an answer suspect when it occurs in its text: see `suspect.ts`. */
  readonly needles = new Set<string>();
  /** Fields whose unmasked personal data the answer shows, where record is kept of it. */
  readonly pii = new Set<string>();
  #aliases = 0;

  /** `jsonScalar`: PostgreSQL has it; `before`: parameters that stand before the first of the request's own. */
  constructor(
    readonly timezone: string,
    readonly jsonScalar: boolean,
    readonly before = 1,
  ) {}

  /** A parameter, cast: `$2::bigint`. */
  parameter(read: Reader, type: string): string {
    this.readers.push(read);
    return `$${this.readers.length + this.before}::${type}`;
  }

  alias(): string {
    return `t${this.#aliases++}`;
  }
}

/** A reader that turns what it reads into what PostgreSQL is given. */
export const mapped =
  (read: Reader, map: (value: unknown) => unknown): Reader =>
  (inputs: Inputs) =>
    map(read(inputs));

/** Text that PostgreSQL can store: no NUL, no lone surrogate. */
export function wellFormed(value: unknown): unknown {
  if (
    typeof value === 'string' &&
    /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)
  ) {
    throw requestError(
      'QUERY_ARGUMENT',
      'a text holds NUL or half of a surrogate pair, which is not Unicode text',
    );
  }
  return value;
}
