import { valueFault } from '../../../jinja/fault.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { HostObject } from '../../../jinja/values/host-object.js';
import { str } from '../../../jinja/values/repr.js';
import type { Value } from '../../../jinja/values/value.js';
import { HostRecord } from '../host-record.js';

/** A time zone of the IANA database. */
export class TimeZoneValue extends HostObject {
  readonly typeName = 'tzinfo';
  readonly #format: Intl.DateTimeFormat;

  constructor(readonly name: string) {
    super();
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      throw valueFault(
        `'${name}' is not a time zone`,
        'Use a name of the IANA database, such as Asia/Ho_Chi_Minh.',
      );
    }
  }

  /** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
  offsetAt(instant: number): number {
    const parts = Object.fromEntries(
      this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  }

  override getAttribute(name: string): Value | undefined {
    return name === 'zone' ? this.name : undefined;
  }

  override equals(other: Value): boolean {
    return other instanceof TimeZoneValue && other.name === this.name;
  }

  override toString(): string {
    return this.name;
  }

  override repr(): string {
    return this.name === 'UTC' ? '<UTC>' : `<DstTzInfo '${this.name}'>`;
  }
}

export const utc = new TimeZoneValue('UTC');

/** Python's pytz. */
export const pytzModule = new HostRecord('pytz', {
  utc,
  UTC: utc,
  timezone: new HostFunction('timezone', ({ args }) => new TimeZoneValue(str(args[0] ?? ''))),
});
