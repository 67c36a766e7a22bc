import { bindArguments } from '../../../jinja/values/bind-arguments.js';
import type { Call } from '../../../jinja/values/call.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { HostObject, type ObjectOperator } from '../../../jinja/values/host-object.js';
import { Float } from '../../../jinja/values/float.js';
import type { Value } from '../../../jinja/values/value.js';

const day = 86_400_000;
const units = ['days', 'seconds', 'microseconds', 'milliseconds', 'minutes', 'hours', 'weeks'];
const sizes = [day, 1000, 0.001, 1, 60_000, 3_600_000, 7 * day];

/** A Python timedelta, to the millisecond. */
export class DeltaValue extends HostObject {
  readonly typeName = 'timedelta';

  constructor(readonly milliseconds: number) {
    super();
  }

  /** `timedelta(days=1, hours=2)` */
  static of(call: Call): DeltaValue {
    const bound = bindArguments('timedelta', call, units);
    const amount = (value: Value | undefined): number =>
      value instanceof Float ? value.value : Number(value ?? 0);
    return new DeltaValue(
      bound.reduce<number>((sum, value, index) => sum + amount(value) * (sizes[index] ?? 0), 0),
    );
  }

  get #days(): number {
    return Math.floor(this.milliseconds / day);
  }

  override getAttribute(name: string): Value | undefined {
    const rest = this.milliseconds - this.#days * day;
    switch (name) {
      case 'days':
        return this.#days;
      case 'seconds':
        return Math.floor(rest / 1000);
      case 'microseconds':
        return Math.round((rest % 1000) * 1000);
      case 'total_seconds':
        return new HostFunction(name, () => new Float(this.milliseconds / 1000));
    }
    return undefined;
  }

  override isTrue(): boolean {
    return this.milliseconds !== 0;
  }

  override equals(other: Value): boolean {
    return other instanceof DeltaValue && other.milliseconds === this.milliseconds;
  }

  override hashKey(): unknown {
    return `delta:${this.milliseconds}`;
  }

  override compare(other: Value): number | undefined {
    return other instanceof DeltaValue ? this.milliseconds - other.milliseconds : undefined;
  }

  override operate(operator: ObjectOperator, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof DeltaValue) {
      if (operator === '+') return new DeltaValue(this.milliseconds + other.milliseconds);
      if (operator === '-') {
        return new DeltaValue(
          reflected ? other.milliseconds - this.milliseconds : this.milliseconds - other.milliseconds,
        );
      }
    }
    if (typeof other === 'number' && operator === '*') return new DeltaValue(this.milliseconds * other);
    return undefined;
  }

  override toString(): string {
    const rest = new Date(this.milliseconds - this.#days * day).toISOString().slice(11, 19).replace(/^0/, '');
    const days = this.#days;
    return days === 0 ? rest : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${rest}`;
  }

  override repr(): string {
    const parts = (['days', 'seconds', 'microseconds'] as const).flatMap((name) => {
      const part = Number(this.getAttribute(name));
      return part === 0 ? [] : [`${name}=${String(part)}`];
    });
    return `datetime.timedelta(${parts.length === 0 ? '0' : parts.join(', ')})`;
  }
}
