import { limitFault } from '../fault.js';
import type { Limits } from './call.js';

/** Fails when one operation would make a text or list of more than `limits.size`. */
export function checkSize(size: number, limits: Pick<Limits, 'size'>, what: string): void {
  if (size > limits.size) throw limitFault(`${what} would be larger than ${limits.size}`, 'size');
}
