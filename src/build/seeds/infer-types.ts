import { seedNumber } from './seed-number.js';

/** The type a seed's column gets when `column_types` does not say, as dbt infers it. */
export type InferredType =
  'integer' | 'bigint' | 'numeric' | 'double precision' | 'date' | 'timestamp without time zone' | 'timestamp with time zone' | 'boolean' | 'text';

/** dbt reads an empty field and the word null as null, in every column. */
export function seedValue(field: string): string | null {
  const bare = field.trim().toLowerCase();
  return bare === '' || bare === 'null' ? null : field;
}

/** Learns a column's type from its values, one at a time; what fits all of them is the answer. */
export class TypeGuess {
  private number = true;
  private whole = true;
  private wide = false;
  private huge = false;
  private date = true;
  private timestamp = true;
  private iso = true;
  private zoned = true;
  private boolean = true;

  add(value: string): void {
    const text = value.trim();
    if (this.number) this.addNumber(text);
    if (this.date) this.date = isDate(text);
    if (this.timestamp) {
      const match = spaced.exec(text);
      this.timestamp = match !== null && isDate(match[1] ?? '');
    }
    if (this.iso) {
      const match = iso.exec(text);
      this.iso = match !== null;
      this.zoned &&= match?.[3] !== undefined;
    }
    if (this.boolean) this.boolean = /^(true|false)$/i.test(text);
  }

  get type(): InferredType {
    if (this.number) {
      if (!this.whole) return 'double precision';
      return this.huge ? 'numeric' : this.wide ? 'bigint' : 'integer';
    }
    if (this.date) return 'date';
    if (this.timestamp) return 'timestamp without time zone';
    if (this.iso) return this.zoned ? 'timestamp with time zone' : 'timestamp without time zone';
    return this.boolean ? 'boolean' : 'text';
  }

  private addNumber(text: string): void {
    const number = seedNumber(text);
    this.number = number !== undefined;
    if (!number) return;
    if (number.whole) {
      const value = BigInt(number.text);
      if (value > 2147483647n || value < -2147483648n) this.wide = true;
      if (value > 9223372036854775807n || value < -9223372036854775808n) this.huge = true;
    } else {
      this.whole = false;
    }
  }
}

/** As dbt tries them: its own form first, then those of ISO 8601, which a column may mix. */
const spaced = /^(\d{4}-\d{1,2}-\d{1,2})\s+([01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d$/;
const iso =
  /^\d{4}(-?)\d{2}\1\d{2}T([01]\d|2[0-3]):?[0-5]\d(?::?[0-5]\d(?:[.,]\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

function isDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? [];
  if (year === '') return false;
  const padded = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${padded}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(padded);
}
