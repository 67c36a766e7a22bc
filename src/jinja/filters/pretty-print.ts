import { compareStrings } from '../values/compare.js';
import { Dict } from '../values/dict.js';
import { repr } from '../values/repr.js';
import { PySet } from '../values/set.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';

const width = 80;

/** Python's `pprint.pformat`: on one line if it fits, else one item a line; dict keys sorted. */
export function prettyPrint(value: Value): string {
  return format(sorted(value), 0, 0);
}

function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (value instanceof Tuple) return new Tuple(value.items.map(sorted));
  if (!(value instanceof Dict)) return value;
  const entries = [...value].sort(([a], [b]) =>
    typeof a === 'string' && typeof b === 'string' ? compareStrings(a, b) : Number(a) - Number(b) || 0,
  );
  return new Dict(entries.map(([key, item]) => [key, sorted(item)]));
}

/** `indent` is where the value begins, `allowance` what must still follow on its last line. */
function format(value: Value, indent: number, allowance: number): string {
  const line = repr(value);
  if (line.length <= width - indent - allowance) return line;
  if (Array.isArray(value)) return `[${lines(value, indent + 1, allowance + 1)}]`;
  if (value instanceof Tuple) {
    const comma = value.items.length === 1 ? ',' : '';
    return `(${lines(value.items, indent + 1, allowance + 1 + comma.length)}${comma})`;
  }
  if (value instanceof PySet) return `{${lines([...value], indent + 1, allowance + 1)}}`;
  if (!(value instanceof Dict)) return line;
  const entries = [...value].map(([key, item], index, all) => {
    const name = `${repr(key)}: `;
    const last = index === all.length - 1;
    return name + format(item, indent + 1 + name.length, last ? allowance + 1 : 1);
  });
  return `{${entries.join(`,\n${' '.repeat(indent + 1)}`)}}`;
}

function lines(items: readonly Value[], indent: number, allowance: number): string {
  return items
    .map((item, index) => format(item, indent, index === items.length - 1 ? allowance : 1))
    .join(`,\n${' '.repeat(indent)}`);
}
