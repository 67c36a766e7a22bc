export interface SeedNumber {
  /** As PostgreSQL reads it. */
  readonly text: string;
  /** Without a fraction, however it is written: `10.0`, `1e3`. */
  readonly whole: boolean;
}

const currencies = '؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫';
const around = new RegExp(`^[${currencies}]+|[${currencies}]+$`, 'gu');
const decimal = /^([+-]?)(\d[\d_]*|)(?:\.([\d_]*))?(?:e([+-]?\d{1,6}))?$/i;

/**
 * A field as dbt reads a number in it: with `1,000`, `$5`, `5%` and `1_000` as people write them. Undefined where it is
 * none.
 */
export function seedNumber(field: string): SeedNumber | undefined {
  const plain = field.trim();
  if (/^-?\d+$/.test(plain)) return { text: plain, whole: true };
  const bare = plain.replace(/^%+|%+$/g, '');
  const negative = bare.startsWith('-');
  const size = (negative ? bare.slice(1) : bare).replace(around, '').replaceAll(',', '').trim();
  const [, sign, whole = '', fraction = '', power = '0'] = decimal.exec(size) ?? [];
  if (sign === undefined || !/\d/.test(whole + fraction)) return undefined;
  const minus = negative === (sign === '-') ? '' : '-';
  const digits = `${whole}${fraction}`.replaceAll('_', '');
  const places = fraction.replaceAll('_', '').length - Number(power);
  const kept = digits.replace(/0+$/, '');
  const zeros = digits.length - kept.length;
  if (kept === '') return { text: '0', whole: true };
  // the last digit that counts stands before the point
  if (places <= zeros && digits.length - places <= 30) {
    const text = `${kept}${'0'.repeat(zeros - places)}`.replace(/^0+(?=\d)/, '');
    return { text: minus + text, whole: true };
  }
  return { text: `${minus}${whole || '0'}.${fraction || '0'}e${power}`.replaceAll('_', ''), whole: false };
}
