import { InvalidArgumentError } from 'commander';

/** An option's value as a whole number. */
export function whole(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number was expected.');
  return Number(text);
}
