import type { Code } from '../errors/codes.js';

export type FaultCode = Extract<Code, `JINJA_${string}`>;

/**
 * A fault inside an operation that does not know where in the template it stands; whoever drives the
 * evaluation turns it into a ThauError with place and macro stack.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Offset in the template, where the thrower knows it better than the driver. */
  readonly offset: number | undefined;
  readonly hint: string | undefined;

  constructor(code: FaultCode, message: string, options: { offset?: number; hint?: string } = {}) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.offset = options.offset;
    this.hint = options.hint;
  }
}

/** Python's TypeError. */
export function typeFault(message: string, hint?: string): Fault {
  return new Fault('JINJA_TYPE', message, hint === undefined ? {} : { hint });
}

/** Python's ValueError, KeyError, IndexError, ZeroDivisionError and OverflowError. */
export function valueFault(message: string, hint?: string): Fault {
  return new Fault('JINJA_VALUE', message, hint === undefined ? {} : { hint });
}

export function limitFault(message: string, limit: string): Fault {
  return new Fault('JINJA_LIMIT', message, {
    hint: `Raise the limit \`${limit}\` if the template is right.`,
  });
}
