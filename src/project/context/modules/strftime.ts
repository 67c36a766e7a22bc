import { valueFault } from '../../../jinja/fault.js';
import type { DateTimeValue } from './date-time.js';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** Python's strftime in the C locale. `%-d` and its like leave zeros out. */
export function formatTime(time: DateTimeValue, format: string): string {
  const date = new Date(time.wall);
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, plain: string, letter: string) => {
    const text = directive(letter, date, time);
    if (text === undefined) return whole;
    return plain === '' ? text : text.replace(/^0+(?=\d)/, '');
  });
}

function directive(letter: string, date: Date, time: DateTimeValue): string | undefined {
  const dayOfYear = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  const weekday = date.getUTCDay();
  switch (letter) {
    case 'Y':
      return pad(date.getUTCFullYear(), 4);
    case 'y':
      return pad(date.getUTCFullYear() % 100);
    case 'm':
      return pad(date.getUTCMonth() + 1);
    case 'd':
      return pad(date.getUTCDate());
    case 'e':
      return String(date.getUTCDate()).padStart(2, ' ');
    case 'H':
      return pad(date.getUTCHours());
    case 'I':
      return pad(date.getUTCHours() % 12 || 12);
    case 'M':
      return pad(date.getUTCMinutes());
    case 'S':
      return pad(date.getUTCSeconds());
    case 'f':
      return pad(date.getUTCMilliseconds(), 3) + '000';
    case 'p':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'j':
      return pad(dayOfYear, 3);
    case 'A':
      return weekdays[weekday];
    case 'a':
      return weekdays[weekday]?.slice(0, 3);
    case 'B':
      return months[date.getUTCMonth()];
    case 'b':
    case 'h':
      return months[date.getUTCMonth()]?.slice(0, 3);
    case 'w':
      return String(weekday);
    case 'u':
      return String(weekday || 7);
    case 'U':
      return pad(Math.floor((dayOfYear + 6 - weekday) / 7));
    case 'W':
      return pad(Math.floor((dayOfYear + 6 - ((weekday + 6) % 7)) / 7));
    case 'V':
      return pad(isoWeek(date).week);
    case 'G':
      return pad(isoWeek(date).year, 4);
    case 'F':
      return date.toISOString().slice(0, 10);
    case 'T':
    case 'X':
      return date.toISOString().slice(11, 19);
    case 'D':
    case 'x':
      return `${pad(date.getUTCMonth() + 1)}/${pad(date.getUTCDate())}/${pad(date.getUTCFullYear() % 100)}`;
    case 's':
      return String(Math.floor(time.instant / 1000));
    case 'z':
      return time.offsetText('');
    case 'Z':
      return time.zone?.name ?? '';
    case '%':
      return '%';
  }
  return undefined;
}

/** The ISO year and week a date lies in. */
export function isoWeek(date: Date): { year: number; week: number } {
  // the week belongs to the year its Thursday is in
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const start = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return {
    year: thursday.getUTCFullYear(),
    week: Math.floor((thursday.getTime() - start) / 86_400_000 / 7) + 1,
  };
}

const fields: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  I: '(?<I>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  p: '(?<p>[AaPp][Mm])',
  b: `(?<b>${months.map((month) => month.slice(0, 3)).join('|')})`,
  B: `(?<B>${months.join('|')})`,
  z: '(?<z>Z|[+-]\\d{2}:?\\d{2})',
  '%': '%',
};

/** Python's strptime: milliseconds since 1970 as the wall clock shows them, and how far it is ahead of UTC (`%z`). */
export function parseTime(text: string, format: string): { wall: number; offset: number | undefined } {
  const pattern = format.replace(
    /%([a-zA-Z%])|([.*+?^${}()|[\]\\])|(\s+)/g,
    (_, letter?: string, special?: string) => {
      if (special !== undefined) return `\\${special}`;
      if (letter === undefined) return '\\s+';
      if (letter === 'T') return `${fields['H'] ?? ''}:${fields['M'] ?? ''}:${fields['S'] ?? ''}`;
      if (letter === 'F') return `${fields['Y'] ?? ''}-${fields['m'] ?? ''}-${fields['d'] ?? ''}`;
      const field = fields[letter];
      if (field === undefined) throw valueFault(`'${letter}' is a bad directive in format '${format}'`);
      return field;
    },
  );
  const found = new RegExp(`^${pattern}$`, 'i').exec(text)?.groups;
  if (found === undefined) throw valueFault(`time data '${text}' does not match format '${format}'`);
  const number = (key: string, fallback: number): number =>
    found[key] === undefined ? fallback : Number(found[key]);
  const named = (found['B'] ?? found['b'])?.slice(0, 3).toLowerCase();
  const month =
    named === undefined ? number('m', 1) : months.findIndex((one) => one.toLowerCase().startsWith(named)) + 1;
  const short = number('y', 0);
  const year =
    found['Y'] === undefined
      ? found['y'] === undefined
        ? 1900
        : short + (short < 69 ? 2000 : 1900)
      : number('Y', 1900);
  let hour = number('H', number('I', 0) % 12);
  if (found['p']?.toLowerCase() === 'pm') hour += 12;
  const milliseconds = Math.floor(Number((found['f'] ?? '0').padEnd(6, '0')) / 1000);
  const wall = Date.UTC(year, month - 1, number('d', 1), hour, number('M', 0), number('S', 0), milliseconds);
  if (new Date(wall).getUTCMonth() !== month - 1) throw valueFault('day is out of range for month');
  return { wall, offset: offsetOf(found['z']) };
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined || text === 'Z') return text === undefined ? undefined : 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
