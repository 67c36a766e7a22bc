import { Float } from '../../jinja/values/float.js';

/**
 * What a plain (unquoted) YAML scalar means to dbt, which reads YAML 1.1 as PyYAML does: `yes` and `off` are
 * booleans, `012` is octal, `12:30` is 750 (base sixty), `1e3` is text, since a float needs a point. What plain data
 * has no kind for is text: dates and times as Python prints them, integers beyond 2^53 as they are written. A float
 * without a fraction is a Float, so that 1.0 stays apart from 1. test/project/yaml/corpus holds PyYAML's answers.
 */
export function plainScalar(text: string): unknown {
  const first = text.charCodeAt(0);
  // most scalars are words: decided by their first letter alone
  if ((first > 0x7a && first !== 0x7e) || (first >= 0x61 && first <= 0x7a && !leads.has(text[0] ?? '')))
    return text;
  if (words.has(text)) return words.get(text);
  if (int.test(text)) return readInt(text);
  if (float.test(text)) return readFloat(text);
  return timestamp.test(text) ? readTimestamp(text) : text;
}

/** What a scalar with a tag of YAML's own means: `!!int '12'`. Other tags leave the text. */
export function taggedScalar(text: string, tag: string): unknown {
  switch (/[^:!]*$/.exec(tag)?.[0]) {
    case 'int':
      return int.test(text) ? readInt(text) : text;
    case 'float':
      return int.test(text) || float.test(text) ? readFloat(text) : text;
    case 'bool': {
      const word = words.get(text.toLowerCase());
      return typeof word === 'boolean' ? word : text;
    }
    case 'null':
      return null;
    default:
      return text;
  }
}

const words = new Map<string, unknown>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '+'].flatMap((sign) => ['inf', 'Inf', 'INF'].map((word) => [`${sign}.${word}`, Infinity] as const)),
  ...['inf', 'Inf', 'INF'].map((word) => [`-.${word}`, -Infinity] as const),
  ...['nan', 'NaN', 'NAN'].map((word) => [`.${word}`, NaN] as const),
]);
const leads = new Set(['n', 'y', 't', 'o', 'f']);

const int = /^[-+]?(?:0b[0-1_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*(?::[0-5]?[0-9])*)$/;
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;

function readInt(written: string): number | string {
  const text = written.replaceAll('_', '');
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  let value: number;
  if (digits.includes(':')) value = sexagesimal(digits);
  else value = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
  if (!Number.isSafeInteger(value)) return /^\d+$/.test(digits) ? text.replace(/^\+/, '') : written;
  return negative ? 0 - value : value;
}

function readFloat(written: string): number | Float {
  const text = written.replaceAll('_', '');
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const size = digits.includes(':') ? sexagesimal(digits) : Number(digits);
  const value = negative ? -size : size;
  return Number.isInteger(value) ? new Float(value) : value;
}

function sexagesimal(digits: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

const timestamp =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?)?$/;

/** As Python prints it: `2020-02-28 10:20:30.500000+02:00`. A day that no calendar has stays as it is written. */
function readTimestamp(text: string): string {
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour,
    minute = '',
    second = '',
    fraction = '',
    zone,
    sign,
    hours,
    minutes,
  ] = timestamp.exec(text) ?? [];
  const two = (digits: string): string => digits.padStart(2, '0');
  if (hour === undefined) return text;
  const date = `${year}-${two(month)}-${two(day)}`;
  const parsed = new Date(`${date}T${two(hour)}:${minute}:${second}Z`);
  if (Number.isNaN(parsed.getTime()) || !parsed.toISOString().startsWith(date)) return text;
  const micros = fraction.padEnd(6, '0').slice(0, 6);
  const offset =
    zone === undefined ? '' : sign === undefined ? '+00:00' : `${sign}${two(hours ?? '')}:${minutes ?? '00'}`;
  return `${date} ${two(hour)}:${minute}:${second}${/[1-9]/.test(micros) ? `.${micros}` : ''}${offset}`;
}
