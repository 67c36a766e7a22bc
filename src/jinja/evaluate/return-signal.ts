import type { Value } from '../values/value.js';

/**
 * Thrown by a host's `return()` to end the macro that runs: the macro's call gives `value`, of whatever kind, in
 * place of the text written so far. A `{% call %}` body is no macro of its own: a `return()` in it ends the macro
 * that called `caller()`, as in dbt.
 */
export class ReturnSignal {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}
