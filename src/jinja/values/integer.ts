import { limitFault } from '../fault.js';

/** A bigint in the form integers have here: a number where that is exact, so that equal integers are `===`. */
export function normalInteger(value: bigint): number | bigint {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER))
    return Number(value);
  // decimal digits of an integer cost their square to print
  if (value > largest || value < -largest)
    throw limitFault('an integer has more than 4,000 digits', 'integer');
  return value;
}

const largest = 10n ** 4000n;
