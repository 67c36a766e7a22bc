import { InvalidArgumentError } from 'commander';
import { ThauError } from '../errors/thau-error.js';

/** A number from 1 that stands on the command line. */
export function wholeNumber(text: string, what: string): number {
  if (/^[0-9]{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  throw new ThauError('CLI_USAGE', `For ${what}, "${text}" is no whole number.`, {
    hint: 'Give a number from 1.',
  });
}

/** An option's value as a whole number. */
export function whole(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number was expected.');
  return Number(text);
}
