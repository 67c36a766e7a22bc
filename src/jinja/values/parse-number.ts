import { strip } from '../methods/whitespace.js';
import { normalInteger } from './integer.js';

/** Python's `int(text, base)`; undefined if the text is none. Longer texts than 4,000 digits are none. */
export function parseIntegerText(text: string, base = 10): number | bigint | undefined {
  const trimmed = strip(text);
  const match = /^([-+]?)(0[xXoObB])?_?([\da-zA-Z]+(?:_[\da-zA-Z]+)*)$/.exec(trimmed);
  if (!match || trimmed.length > 4000) return undefined;
  const [, sign = '', prefix = ''] = match;
  let digits = (match[3] ?? '').replaceAll('_', '');
  let radix = base;
  const prefixBase = { x: 16, o: 8, b: 2 }[prefix[1]?.toLowerCase() ?? ''];
  if (prefix !== '') {
    if (prefixBase !== undefined && (base === prefixBase || base === 0)) radix = prefixBase;
    else digits = prefix + digits;
  } else if (base === 0) radix = /^0+[1-9]/.test(digits) ? 1 : 10;
  if (radix < 2 || radix > 36) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const number = parseInt(digit, 36);
    if (!(number < radix)) return undefined;
    value = value * BigInt(radix) + BigInt(number);
  }
  return normalInteger(sign === '-' ? -value : value);
}

/** Python's `float(text)`; undefined if the text is none. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = strip(text);
  if (
    /^[-+]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/i.test(trimmed)
  ) {
    return Number(trimmed.replaceAll('_', ''));
  }
  const special = /^([-+]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (!special) return undefined;
  const value = special[2]?.toLowerCase() === 'nan' ? NaN : Infinity;
  return special[1] === '-' ? -value : value;
}
