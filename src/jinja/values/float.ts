/** A Python float. Integers are plain numbers (or bigints), so that `1` and `1.0` stay apart. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** As JSON writes it, which has one kind of number. */
  toJSON(): number {
    return this.value;
  }

  /** As Python prints it, so that plain data may hold a Float where text is made of it. */
  toString(): string {
    return reprFloat(this.value);
  }
}

/** Python's shortest text of a float: `1.0`, `1e+16`, `inf`. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  // both languages print the shortest digits that read back; they differ in when an exponent is used
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const text = exponent < -6 ? value.toFixed(mantissa.length - 2 - exponent) : String(value);
  return text.includes('.') ? text : `${text}.0`;
}
