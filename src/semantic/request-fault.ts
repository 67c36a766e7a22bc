import type { Code } from '../errors/codes.js';
import { ThauError } from '../errors/thau-error.js';

/** A fault of the question, which the planner hands to the client. */
export const requestFault = (code: Code, message: string, hint: string): ThauError =>
  new ThauError(code, message, { hint });
