import { bindArguments } from '../../../jinja/values/bind-arguments.js';
import type { Call } from '../../../jinja/values/call.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { HostObject } from '../../../jinja/values/host-object.js';
import type { Value } from '../../../jinja/values/value.js';

/** A Python time of day, to the millisecond. */
export class TimeValue extends HostObject {
  readonly typeName = 'time';

  constructor(readonly milliseconds: number) {
    super();
  }

  /** `time(14, 30)` */
  static of(call: Call): TimeValue {
    const [hour, minute, second, microsecond] = bindArguments('time', call, [
      'hour',
      'minute',
      'second',
      'microsecond',
    ]).map((value) => Number(value ?? 0));
    return new TimeValue(
      ((hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0)) * 1000 +
        Math.floor((microsecond ?? 0) / 1000),
    );
  }

  override toString(): string {
    const text = new Date(this.milliseconds).toISOString().slice(11, 23);
    return this.milliseconds % 1000 === 0 ? text.slice(0, 8) : `${text}000`;
  }

  override repr(): string {
    return `datetime.time(${String(this.#part(3_600_000, 24))}, ${String(this.#part(60_000, 60))})`;
  }

  #part(size: number, most: number): number {
    return Math.floor(this.milliseconds / size) % most;
  }

  override equals(other: Value): boolean {
    return other instanceof TimeValue && other.milliseconds === this.milliseconds;
  }

  override hashKey(): unknown {
    return `time:${String(this.milliseconds)}`;
  }

  override compare(other: Value): number | undefined {
    return other instanceof TimeValue ? this.milliseconds - other.milliseconds : undefined;
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'hour':
        return this.#part(3_600_000, 24);
      case 'minute':
        return this.#part(60_000, 60);
      case 'second':
        return this.#part(1000, 60);
      case 'microsecond':
        return (this.milliseconds % 1000) * 1000;
      case 'isoformat':
        return new HostFunction(name, () => this.toString());
    }
    return undefined;
  }
}
