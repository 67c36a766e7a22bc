import { limitFault } from '../fault.js';

/** What an integer may have where no render says anything: in a literal, and in what a host gives. */
export const mostDigits = 4000;

/** A bigint in the form integers have here: a number where that is exact, so that equal integers are `===`. */
export function normalInteger(value: bigint, digits = mostDigits): number | bigint {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER))
    return Number(value);
  if (hasMoreDigits(value, digits)) {
    throw limitFault(`an integer has more than ${digits.toLocaleString('en')} digits`, 'digits');
  }
  return value;
}

let largest = { digits: mostDigits, value: 10n ** BigInt(mostDigits) };

/** Remembers the last bound: a render asks for the same one again and again. */
function hasMoreDigits(value: bigint, digits: number): boolean {
  if (largest.digits !== digits) largest = { digits, value: 10n ** BigInt(digits) };
  return value > largest.value || value < -largest.value;
}
