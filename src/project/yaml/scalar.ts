/**
 * What a plain (unquoted) YAML scalar means to dbt, which reads YAML 1.1 as PyYAML does: `yes` and `off` are
 * booleans, `012` is octal, `1e3` is text, since a float needs a point. Two differences: dates stay text (they
 * print the same), and so do sexagesimal numbers such as `12:30`.
 */
export function plainScalar(text: string): unknown {
  const first = text.charCodeAt(0);
  // most scalars are words: decided by their first letter alone
  if (first >= 0x61 && !leads.has(text[0] ?? '')) return text;
  if (words.has(text)) return words.get(text);
  if (int.test(text)) return readInt(text.replaceAll('_', ''));
  if (float.test(text)) return Number(text.replaceAll('_', ''));
  return text;
}

/** Whether plainScalar read a float, which Python keeps apart from an int of the same value. */
export function isFloatText(text: string): boolean {
  return float.test(text);
}

const words = new Map<string, unknown>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ['.inf', Infinity],
  ['.Inf', Infinity],
  ['.INF', Infinity],
  ['+.inf', Infinity],
  ['-.inf', -Infinity],
  ['.nan', NaN],
  ['.NaN', NaN],
  ['.NAN', NaN],
]);
const leads = new Set(['n', 'y', 't', 'o', 'f', '~']);

const int = /^[-+]?(?:0b[0-1_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$/;
const float = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;

function readInt(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  const value = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return negative ? -value : value;
}
