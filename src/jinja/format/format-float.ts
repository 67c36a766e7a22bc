/** A finite, non-negative float in C's `%f`, `%e` or `%g`. Digits are exact, however many are asked for. */
export function formatFloat(value: number, type: string, precision: number, alternate: boolean): string {
  const upper = type !== type.toLowerCase();
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'nan' : 'inf';
    return upper ? text.toUpperCase() : text;
  }
  let text: string;
  switch (type.toLowerCase()) {
    case 'f':
      text = fixed(value, precision);
      if (alternate && precision === 0) text += '.';
      break;
    case 'e':
      text = exponential(value, precision);
      break;
    default:
      text = general(value, precision === 0 ? 1 : precision, alternate);
  }
  return upper ? text.toUpperCase() : text;
}

/** Half to even of the float's exact value, where JavaScript's `toFixed` rounds halves up and ends at 1e21. */
function fixed(value: number, precision: number): string {
  const { mantissa, exponent } = decompose(value);
  const scale = 10n ** BigInt(precision);
  let scaled: bigint;
  if (exponent >= 0) scaled = (mantissa << BigInt(exponent)) * scale;
  else {
    const product = mantissa * scale;
    const shift = BigInt(-exponent);
    scaled = roundHalfEven(product, shift);
  }
  const digits = scaled.toString().padStart(precision + 1, '0');
  if (precision === 0) return digits;
  return `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

function roundHalfEven(value: bigint, shift: bigint): bigint {
  const floor = value >> shift;
  const rest = value - (floor << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && floor % 2n === 1n)) return floor + 1n;
  return floor;
}

/** The float as mantissa times a power of two, exactly. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

function exponential(value: number, precision: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.min(100, precision)).split('e');
  const digits = String(Math.abs(Number(exponent))).padStart(2, '0');
  const padding = '0'.repeat(Math.max(0, precision - 100));
  return `${mantissa}${padding}e${Number(exponent) < 0 ? '-' : '+'}${digits}`;
}

function general(value: number, precision: number, alternate: boolean): string {
  if (value === 0) return alternate ? `0.${'0'.repeat(precision - 1)}` : '0';
  const exponent = Number(value.toExponential(Math.min(100, precision - 1)).split('e')[1]);
  const trim = (text: string): string =>
    alternate || !text.includes('.') ? text : text.replace(/\.?0+$/, '');
  if (exponent < -4 || exponent >= precision) {
    const [mantissa = '', power = ''] = exponential(value, precision - 1).split('e');
    return `${trim(mantissa)}e${power}`;
  }
  return trim(fixed(value, Math.max(0, precision - 1 - exponent)));
}
