import { hash } from 'node:crypto';
import { Float } from '../../jinja/values/float.js';
import { Expect } from '../yaml/expect.js';

/** The names dbt gives a generic test. */
export interface GenericTestName {
  /** In fqn and unique id. */
  readonly full: string;
  /** The alias: like `full`, or cut to 30 characters and a hash where it is too long for a relation. */
  readonly short: string;
}

/** `relationships_orders_customer_id__customer_id__ref_customers_` */
export function genericTestName(
  test: string,
  target: string,
  args: Readonly<Record<string, unknown>>,
): GenericTestName {
  const parts = Object.keys(args)
    .sort()
    .filter((name) => name !== 'model')
    .flatMap((name) => flatten(args[name]))
    .map((part) => part.replace(/[^0-9a-zA-Z_]+/g, '_'));
  const identifier = `${test}_${target}`;
  const full = `${identifier}_${parts.join('__')}`;
  if (full.length < 64) return { full, short: full };
  return { full, short: `${identifier.slice(0, 30)}_${md5(full)}` };
}

/** The last part of a generic test's unique id, which tells apart tests of one name. */
export function genericTestHash(
  name: string,
  metadata: {
    readonly namespace: string | null;
    readonly name: string;
    readonly kwargs: Readonly<Record<string, unknown>>;
  },
): string {
  return md5(name + pythonRepr(hashable(metadata))).slice(-10);
}

function md5(text: string): string {
  return hash('md5', text);
}

function flatten(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(pythonStr);
  if (Expect.isMapping(value)) return Object.values(value).map(pythonStr);
  return [pythonStr(value)];
}

function hashable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hashable);
  if (Expect.isMapping(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, hashable(item)]));
  }
  return pythonStr(value);
}

/** Python's `str()` of plain data. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** Python's `repr()` of plain data: dbt hashes it, so a test's id depends on it. */
function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (Expect.isMapping(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
      .join(', ')}}`;
  }
  return value instanceof Float ? value.toString() : JSON.stringify(value);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + escaped + quote;
}
