import { typeFault, valueFault } from '../../../jinja/fault.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { HostObject } from '../../../jinja/values/host-object.js';
import { str } from '../../../jinja/values/repr.js';
import type { Value } from '../../../jinja/values/value.js';
import { HostRecord } from '../host-record.js';
import { DeltaValue } from './time-delta.js';

/** A time zone of the IANA database, or clocks that are always ahead of UTC by `fixed` milliseconds. */
export class TimeZoneValue extends HostObject {
  readonly typeName = 'tzinfo';
  readonly #format: Intl.DateTimeFormat | undefined;

  constructor(
    readonly name: string,
    readonly fixed?: number,
  ) {
    super();
    // 0 for UTC too: making a format takes a hundredth of a second
    if (fixed !== undefined) return;
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
    if (this.#format === undefined) return this.fixed ?? 0;
    const parts = Object.fromEntries(
      this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'zone':
        return this.name;
      // pytz: the wall clock's time is in this zone
      case 'localize':
        return new HostFunction(name, ({ args }) => inZone(args[0], (time) => time.withZone(this)));
      case 'normalize':
      case 'fromutc':
        return new HostFunction(name, ({ args }) => inZone(args[0], (time) => time.in(this)));
      case 'utcoffset':
        return new HostFunction(name, ({ args }) =>
          inZone(args[0], (time) => new DeltaValue(this.offsetAt(time.withZone(this).instant))),
        );
      case 'tzname':
        return new HostFunction(name, () => this.name);
    }
    return undefined;
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

export const utc = new TimeZoneValue('UTC', 0);

/** `UTC+07:00`, as Python's `datetime.timezone(timedelta(hours=7))`. */
export function fixedZone(milliseconds: number): TimeZoneValue {
  if (milliseconds === 0) return utc;
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  const pad = (part: number): string => String(part).padStart(2, '0');
  const sign = milliseconds < 0 ? '-' : '+';
  return new TimeZoneValue(`UTC${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`, milliseconds);
}

/** A time that knows zones; date-time.ts has the one, which itself needs zones. */
interface Zoned {
  readonly instant: number;
  in(zone: TimeZoneValue): Value;
  withZone(zone: TimeZoneValue): Value & { readonly instant: number };
}

function inZone(value: Value | undefined, work: (time: Zoned) => Value): Value {
  if (value instanceof HostObject && value.typeName === 'datetime') return work(value as HostObject & Zoned);
  throw typeFault('a time zone takes a datetime');
}

const zones = new Map<string, TimeZoneValue>([['UTC', utc]]);

/** Kept, since making one asks the machine's database of zones. */
function zoneNamed(name: string): TimeZoneValue {
  const zone = zones.get(name) ?? new TimeZoneValue(name);
  zones.set(name, zone);
  return zone;
}

/** Python's pytz. */
export const pytzModule = new HostRecord('pytz', {
  utc,
  UTC: utc,
  timezone: new HostFunction('timezone', ({ args }) => zoneNamed(str(args[0] ?? ''))),
  FixedOffset: new HostFunction('FixedOffset', ({ args }) => fixedZone(Number(args[0] ?? 0) * 60_000)),
  get all_timezones(): Value {
    return Intl.supportedValuesOf('timeZone');
  },
});
