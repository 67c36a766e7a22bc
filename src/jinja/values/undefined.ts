import { Fault } from '../fault.js';

/**
 * How a missing value behaves.
 * - `default`: prints as nothing, is false and empty; any other use fails.
 * - `strict`: every use but `is defined` and the `default` filter fails.
 * - `silent`: attributes, items and calls of it are undefined again, as dbt has it while parsing.
 */
export type UndefinedMode = 'default' | 'strict' | 'silent';

/** The value of a name, attribute or key that does not exist. */
export class Undefined {
  /** What the failure says when it is used. */
  readonly message: string;
  readonly mode: UndefinedMode;
  readonly name: string | undefined;
  /** Asked only when a failure is shown: looking for near names costs. */
  readonly #hint: (() => string | undefined) | undefined;

  constructor(
    message: string,
    mode: UndefinedMode = 'default',
    options: { name?: string; hint?: () => string | undefined } = {},
  ) {
    this.message = message;
    this.mode = mode;
    this.name = options.name;
    this.#hint = options.hint;
  }

  fault(): Fault {
    const hint = this.#hint?.();
    return new Fault('JINJA_UNDEFINED', this.message, hint === undefined ? {} : { hint });
  }

  /** Called where a default undefined may be used and a strict one may not. */
  check(): void {
    if (this.mode === 'strict') throw this.fault();
  }
}
