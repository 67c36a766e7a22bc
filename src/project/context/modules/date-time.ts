import { typeFault, valueFault } from '../../../jinja/fault.js';
import { bindArguments } from '../../../jinja/values/bind-arguments.js';
import type { Call } from '../../../jinja/values/call.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { HostObject, type ObjectOperator } from '../../../jinja/values/host-object.js';
import { str } from '../../../jinja/values/repr.js';
import type { Value } from '../../../jinja/values/value.js';
import { HostRecord } from '../host-record.js';
import { Float } from '../../../jinja/values/float.js';
import { Tuple } from '../../../jinja/values/tuple.js';
import { formatTime, isoWeek, parseTime } from './strftime.js';
import { DeltaValue } from './time-delta.js';
import { TimeValue } from './time-of-day.js';
import { fixedZone, TimeZoneValue, utc } from './time-zone.js';

const day = 86_400_000;

/** A Python date, or a datetime with or without a zone, to the millisecond. Immutable. */
export class DateTimeValue extends HostObject {
  readonly typeName: string;

  /** `wall`: what a clock on the wall shows, as milliseconds since 1970 counted as if in UTC. */
  constructor(
    readonly kind: 'date' | 'datetime',
    readonly wall: number,
    readonly zone: TimeZoneValue | null = null,
  ) {
    super();
    this.typeName = kind;
    if (Number.isNaN(wall) || Math.abs(wall) > 8.64e15) throw valueFault('the date is out of range');
  }

  static utc(date: Date): DateTimeValue {
    return new DateTimeValue('datetime', date.getTime(), utc);
  }

  /** Milliseconds since 1970 in UTC. */
  get instant(): number {
    return this.wall - this.#offset();
  }

  #offset(): number {
    if (this.zone === null) return 0;
    const guess = this.zone.offsetAt(this.wall);
    return this.zone.offsetAt(this.wall - guess);
  }

  in(zone: TimeZoneValue): DateTimeValue {
    return new DateTimeValue('datetime', this.instant + zone.offsetAt(this.instant), zone);
  }

  /** The same wall clock, in a zone. */
  withZone(zone: TimeZoneValue | null): DateTimeValue {
    return new DateTimeValue(this.kind, this.wall, zone);
  }

  override toString(): string {
    return this.kind === 'date' ? this.#iso('T') : this.#iso(' ');
  }

  override repr(): string {
    const date = new Date(this.wall);
    const parts = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (this.kind === 'date') return `datetime.date(${parts.join(', ')})`;
    parts.push(date.getUTCHours(), date.getUTCMinutes());
    const rest = [date.getUTCSeconds(), date.getUTCMilliseconds() * 1000];
    while (rest.at(-1) === 0) rest.pop();
    const zone = this.zone === null ? '' : `, tzinfo=${this.zone.repr()}`;
    return `datetime.datetime(${[...parts, ...rest].join(', ')}${zone})`;
  }

  #iso(separator: string): string {
    const [date = '', time = ''] = new Date(this.wall).toISOString().split('T');
    if (this.kind === 'date') return date;
    const fraction =
      this.wall % 1000 === 0 ? '' : `.${String(((this.wall % 1000) + 1000) % 1000).padStart(3, '0')}000`;
    return `${date}${separator}${time.slice(0, 8)}${fraction}${this.offsetText(':')}`;
  }

  /** `+07:00`; nothing for a time without a zone. */
  offsetText(colon: string): string {
    if (this.zone === null) return '';
    const minutes = Math.round(this.#offset() / 60_000);
    const size = Math.abs(minutes);
    const pad = (part: number): string => String(part).padStart(2, '0');
    return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${colon}${pad(size % 60)}`;
  }

  override hashKey(): unknown {
    return `${this.kind}:${this.instant}`;
  }

  override equals(other: Value): boolean {
    return other instanceof DateTimeValue && other.kind === this.kind && other.instant === this.instant;
  }

  override compare(other: Value): number | undefined {
    return other instanceof DateTimeValue && other.kind === this.kind
      ? this.instant - other.instant
      : undefined;
  }

  override operate(operator: ObjectOperator, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof DeltaValue && (operator === '+' || (operator === '-' && !reflected))) {
      const by = operator === '+' ? other.milliseconds : -other.milliseconds;
      return new DateTimeValue(
        this.kind,
        this.wall + (this.kind === 'date' ? Math.floor(by / day) * day : by),
        this.zone,
      );
    }
    if (other instanceof DateTimeValue && operator === '-') {
      return new DeltaValue(reflected ? other.instant - this.instant : this.instant - other.instant);
    }
    return undefined;
  }

  override toPlain(): Value {
    return this.#iso('T');
  }

  override getAttribute(name: string): Value | undefined {
    const date = new Date(this.wall);
    const method = (run: (call: Call) => Value): HostFunction => new HostFunction(name, run);
    switch (name) {
      case 'year':
        return date.getUTCFullYear();
      case 'month':
        return date.getUTCMonth() + 1;
      case 'day':
        return date.getUTCDate();
      case 'strftime':
        return method((call) => formatTime(this, str(bindArguments(name, call, ['format'], 1)[0] ?? '')));
      case 'isoformat':
        return method(({ args }) => this.#iso(str(args[0] ?? 'T')));
      case 'weekday':
        return method(() => (date.getUTCDay() + 6) % 7);
      case 'isoweekday':
        return method(() => date.getUTCDay() || 7);
      case 'isocalendar':
        return method(() => {
          const { year, week } = isoWeek(date);
          return new Tuple([year, week, date.getUTCDay() || 7]);
        });
      case 'ctime':
        return method(() => formatTime(this, '%a %b %e %H:%M:%S %Y'));
      case 'toordinal':
        return method(() => Math.floor(this.wall / day) + 719_163);
      case 'replace':
        return method((call) => this.#replace(call));
    }
    return this.kind === 'datetime' ? this.#ofDateTime(name, date, method) : undefined;
  }

  #ofDateTime(
    name: string,
    date: Date,
    method: (run: (call: Call) => Value) => HostFunction,
  ): Value | undefined {
    switch (name) {
      case 'hour':
        return date.getUTCHours();
      case 'minute':
        return date.getUTCMinutes();
      case 'second':
        return date.getUTCSeconds();
      case 'microsecond':
        return date.getUTCMilliseconds() * 1000;
      case 'tzinfo':
        return this.zone;
      case 'date':
        return method(() => new DateTimeValue('date', Math.floor(this.wall / day) * day));
      case 'time':
        return method(() => new TimeValue(this.wall - Math.floor(this.wall / day) * day));
      case 'timestamp':
        return method(() => new Float(this.instant / 1000));
      case 'utcoffset':
        return method(() => (this.zone === null ? null : new DeltaValue(this.#offset())));
      case 'tzname':
        return method(() => this.zone?.name ?? null);
      case 'astimezone':
        return method(({ args }) => (args[0] instanceof TimeZoneValue ? this.in(args[0]) : this.in(utc)));
    }
    return undefined;
  }

  #replace(call: Call): Value {
    const date = new Date(this.wall);
    const number = (key: string, before: number): number => {
      const value = call.kwargs.get(key);
      return value === undefined ? before : Number(value);
    };
    const wall = wallOf(
      number('year', date.getUTCFullYear()),
      number('month', date.getUTCMonth() + 1),
      number('day', date.getUTCDate()),
      number('hour', date.getUTCHours()),
      number('minute', date.getUTCMinutes()),
      number('second', date.getUTCSeconds()),
      number('microsecond', date.getUTCMilliseconds() * 1000),
    );
    const zone = call.kwargs.get('tzinfo');
    return new DateTimeValue(
      this.kind,
      wall,
      zone === undefined ? this.zone : zone instanceof TimeZoneValue ? zone : null,
    );
  }
}

/** Checked as Python does: there is no 30 February. */
function wallOf(
  year: number,
  month: number,
  dayOfMonth: number,
  hour = 0,
  minute = 0,
  second = 0,
  microsecond = 0,
): number {
  const wall = Date.UTC(2000, month - 1, dayOfMonth, hour, minute, second, Math.floor(microsecond / 1000));
  const date = new Date(wall);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== dayOfMonth)
    throw valueFault('day is out of range for month');
  return date.getTime();
}

const numbers = (call: Call): number[] =>
  call.args.map((value) => (value instanceof Float ? value.value : Number(value)));

/** Python's class `datetime.datetime` or `datetime.date`: called, it makes one. */
class DateTimeClass extends HostObject {
  readonly typeName = 'type';

  constructor(readonly kind: 'date' | 'datetime') {
    super();
  }

  override call(call: Call): Value {
    const names = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond', 'tzinfo'];
    const bound = bindArguments(this.kind, call, this.kind === 'date' ? names.slice(0, 3) : names, 3);
    const zone = bound[7];
    const [year = 0, month = 1, dayOfMonth = 1, ...time] = bound
      .slice(0, 7)
      .map((value) => Number(value ?? 0));
    return new DateTimeValue(
      this.kind,
      wallOf(year, month, dayOfMonth, ...time),
      zone instanceof TimeZoneValue ? zone : null,
    );
  }

  override getAttribute(name: string): Value | undefined {
    const method = (run: (call: Call) => Value): HostFunction => new HostFunction(name, run);
    const now = (zone: TimeZoneValue | null): Value => {
      const value = DateTimeValue.utc(new Date());
      return zone === null ? new DateTimeValue('datetime', value.wall) : value.in(zone);
    };
    switch (name) {
      case 'today':
        return method(
          () =>
            new DateTimeValue(
              this.kind,
              this.kind === 'date' ? Math.floor(Date.now() / day) * day : Date.now(),
            ),
        );
      case 'now':
        return method((call) => {
          const zone = call.args[0] ?? call.kwargs.get('tz') ?? null;
          return now(zone instanceof TimeZoneValue ? zone : null);
        });
      case 'utcnow':
        return method(() => now(null));
      case 'strptime':
        return method((call) => {
          const [text = '', format = ''] = bindArguments(name, call, ['date_string', 'format'], 2);
          const { wall, offset } = parseTime(str(text), str(format));
          return new DateTimeValue('datetime', wall, offset === undefined ? null : fixedZone(offset));
        });
      case 'fromisoformat':
        return method(({ args }) => fromIso(this.kind, str(args[0] ?? '')));
      case 'fromtimestamp':
      case 'utcfromtimestamp':
        return method((call) => {
          const at = new DateTimeValue('datetime', Math.floor((numbers(call)[0] ?? 0) * 1000));
          const zone = call.args[1] ?? call.kwargs.get('tz');
          const time = zone instanceof TimeZoneValue ? at.withZone(utc).in(zone) : at;
          return this.kind === 'date' ? new DateTimeValue('date', Math.floor(time.wall / day) * day) : time;
        });
      case 'fromordinal':
        return method((call) => new DateTimeValue(this.kind, ((numbers(call)[0] ?? 1) - 719_163) * day));
      case 'combine':
        return method(({ args: [date, time] }) => {
          if (!(date instanceof DateTimeValue && time instanceof TimeValue))
            throw typeFault('combine() takes a date and a time');
          return new DateTimeValue('datetime', Math.floor(date.wall / day) * day + time.milliseconds);
        });
      case 'min':
        return new DateTimeValue(this.kind, wallOf(1, 1, 1));
      case 'max':
        return new DateTimeValue(this.kind, wallOf(9999, 12, 31) + (this.kind === 'date' ? 0 : day - 1));
    }
    return undefined;
  }

  override repr(): string {
    return `<class 'datetime.${this.kind}'>`;
  }
}

function fromIso(kind: 'date' | 'datetime', text: string): DateTimeValue {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?(Z|[+-]\d\d:?\d\d)?$/.exec(
    text,
  );
  if (match === null) throw valueFault(`Invalid isoformat string: '${text}'`);
  const wall = Date.parse(`${match[1] ?? ''}T${match[2] ?? '00:00:00'}Z`);
  if (match[3] === undefined) return new DateTimeValue(kind, wall);
  const instant = Date.parse(`${match[1] ?? ''}T${match[2] ?? '00:00:00'}${match[3]}`);
  return new DateTimeValue('datetime', wall, fixedZone(wall - instant));
}

/** Python's class `datetime.timezone`: clocks that are always ahead by as much. */
class TimeZoneClass extends HostObject {
  readonly typeName = 'type';

  override call(call: Call): Value {
    const [offset] = call.args;
    if (!(offset instanceof DeltaValue)) throw typeFault('timezone() takes a timedelta');
    return fixedZone(offset.milliseconds);
  }

  override getAttribute(name: string): Value | undefined {
    return name === 'utc' ? utc : undefined;
  }
}

/** Python's datetime. */
export const dateTimeModule = new HostRecord('datetime', {
  datetime: new DateTimeClass('datetime'),
  date: new DateTimeClass('date'),
  timedelta: new HostFunction('timedelta', (call) => DeltaValue.of(call)),
  time: new HostFunction('time', (call) => TimeValue.of(call)),
  timezone: new TimeZoneClass(),
  UTC: utc,
});
