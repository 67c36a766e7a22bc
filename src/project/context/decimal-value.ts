import { defaultLimits } from '../../jinja/render.js';
import { asNumber } from '../../jinja/values/number.js';
import { arithmetic } from '../../jinja/values/arithmetic.js';
import { Float } from '../../jinja/values/float.js';
import { HostObject, type ObjectOperator } from '../../jinja/values/host-object.js';
import type { Value } from '../../jinja/values/value.js';

/** A `numeric` with decimals, as PostgreSQL wrote it: prints exactly, and computes as a float. */
export class DecimalValue extends HostObject {
  readonly typeName = 'Decimal';

  constructor(readonly text: string) {
    super();
  }

  get number(): number {
    return Number(this.text);
  }

  override toNumber(): Float {
    return new Float(this.number);
  }

  override isTrue(): boolean {
    return this.number !== 0;
  }

  override compare(other: Value): number | undefined {
    const right = other instanceof DecimalValue ? other.number : asNumber(other)?.value;
    return right === undefined ? undefined : this.number - Number(right);
  }

  override equals(other: Value): boolean {
    return this.compare(other) === 0;
  }

  override hashKey(): unknown {
    return this.number;
  }

  override operate(operator: ObjectOperator, other: Value, reflected: boolean): Value | undefined {
    if (operator === 'and' || operator === 'or' || operator === 'xor') return undefined;
    const right = other instanceof DecimalValue ? new Float(other.number) : other;
    if (!(right instanceof Float) && asNumber(right) === undefined) return undefined;
    const left = new Float(this.number);
    return reflected
      ? arithmetic(operator, right, left, defaultLimits)
      : arithmetic(operator, left, right, defaultLimits);
  }

  override toPlain(): Value {
    return new Float(this.number);
  }

  override toString(): string {
    return this.text;
  }

  override repr(): string {
    return `Decimal('${this.text}')`;
  }
}
