import type { Value } from '../values/value.js';

/**
 * Thrown by a host's `return()` to end the macro that runs: the macro's call gives `value`, of whatever kind, in
 * place of the text written so far. It unwinds through `caller()` and `{% call %}` bodies, which are no macros
 * of their own.
 */
export class ReturnSignal {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}
