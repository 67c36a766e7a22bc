import { Fault } from '../fault.js';
import { locate } from '../locate.js';
import type { Frame } from './frame.js';
import { ReturnSignal } from './return-signal.js';

/** The error with the place and stack of the frame it happened in; a `return()` on its way out stays as it is. */
export function located(error: unknown, frame: Frame): unknown {
  if (error instanceof ReturnSignal) return error;
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return locate(
      new Fault('JINJA_LIMIT', 'the template is nested too deep'),
      frame.origin,
      frame.at,
      frame.stack(),
    );
  }
  return locate(error, frame.origin, frame.at, frame.stack());
}
