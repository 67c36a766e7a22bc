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
  private zoned = true;
  private boolean = true;

  add(value: string): void {
    const text = value.trim();
    if (this.number) this.addNumber(text);
    if (this.date) this.date = isDate(text);
    if (this.timestamp || this.zoned) {
      const match = timestampPattern.exec(text);
      this.timestamp &&= match !== null && match[1] === undefined;
      this.zoned &&= match !== null && match[1] !== undefined;
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
    if (this.zoned) return 'timestamp with time zone';
    return this.boolean ? 'boolean' : 'text';
  }

  private addNumber(text: string): void {
    this.number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
    if (!this.number) return;
    if (/^[+-]?\d+$/.test(text)) {
      const value = BigInt(text.replace('+', ''));
      if (value > 2147483647n || value < -2147483648n) this.wide = true;
      if (value > 9223372036854775807n || value < -9223372036854775808n) this.huge = true;
    } else {
      this.whole = false;
    }
  }
}

const timestampPattern = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
