import { plainScalar } from './scalar.js';
import type { Spots } from './quick-yaml.js';

/** Thrown, and caught by `quickYaml`, at anything that is left to the whole reader. */
export const Unusual = new Error('YAML of another kind');

/** A value and the offset behind it. */
interface Read<T> {
  readonly value: T;
  readonly end: number;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  '/': '/',
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
};

/** A quoted text that ends on its line. */
export function quickQuoted(text: string, at: number): Read<string> {
  const quote = text[at];
  let from = at + 1;
  let value = '';
  for (let end = from; end < text.length; end++) {
    const char = text[end];
    if (char === '\n') throw Unusual;
    if (char === '\\' && quote === '"') {
      const escaped = escapes[text[end + 1] ?? ''];
      if (escaped === undefined) throw Unusual;
      value += text.slice(from, end) + escaped;
      from = end + 2;
      end++;
    } else if (char === quote) {
      value += text.slice(from, end);
      if (quote === '"' || text[end + 1] !== "'") return { value, end: end + 1 };
      value += "'";
      from = end + 2;
      end++;
    }
  }
  throw Unusual;
}

/** `[…]` or `{…}` on one line. */
export function quickFlow(text: string, at: number, spots: Map<object, Spots>, level = 0): Read<unknown> {
  if (level > 20) throw Unusual;
  return text[at] === '[' ? flowList(text, at, spots, level) : flowMapping(text, at, spots, level);
}

function flowList(text: string, start: number, spots: Map<object, Spots>, level: number): Read<unknown[]> {
  const list: unknown[] = [];
  const offsets: number[] = [];
  let at = skipSpaces(text, start + 1);
  while (text[at] !== ']') {
    offsets.push(at);
    const { value, end } = flowValue(text, at, spots, level);
    list.push(value);
    at = afterValue(text, end, ']');
  }
  spots.set(list, { start, offsets });
  return { value: list, end: at + 1 };
}

function flowMapping(text: string, start: number, spots: Map<object, Spots>, level: number): Read<unknown> {
  const mapping: Record<string, unknown> = {};
  const keys: string[] = [];
  const offsets: number[] = [];
  let at = skipSpaces(text, start + 1);
  while (text[at] !== '}') {
    offsets.push(at);
    const isQuoted = text[at] === '"' || text[at] === "'";
    const key = isQuoted ? quickQuoted(text, at) : flowPlain(text, at);
    if (key.value === '<<' || key.value === '__proto__' || Object.hasOwn(mapping, key.value)) throw Unusual;
    keys.push(key.value);
    const colon = skipSpaces(text, key.end);
    if (text[colon] !== ':' || text[colon + 1] !== ' ') throw Unusual;
    const { value, end } = flowValue(text, skipSpaces(text, colon + 1), spots, level);
    mapping[key.value] = value;
    at = afterValue(text, end, '}');
  }
  spots.set(mapping, { start, keys, offsets });
  return { value: mapping, end: at + 1 };
}

function flowValue(text: string, at: number, spots: Map<object, Spots>, level: number): Read<unknown> {
  switch (text[at]) {
    case '[':
    case '{':
      return quickFlow(text, at, spots, level + 1);
    case '"':
    case "'":
      return quickQuoted(text, at);
  }
  const { value, end } = flowPlain(text, at);
  return { value: plainScalar(value), end };
}

/** Behind a value: the offset of the next one, or of `close`. */
function afterValue(text: string, end: number, close: string): number {
  const at = skipSpaces(text, end);
  if (text[at] === close) return at;
  if (text[at] !== ',') throw Unusual;
  return skipSpaces(text, at + 1);
}

/** Words as they stand in flow collections; with any sign that might mean something there, the whole reader decides. */
function flowPlain(text: string, at: number): Read<string> {
  word.lastIndex = at;
  const value = word.exec(text)?.[0].trimEnd();
  if (value === undefined) throw Unusual;
  return { value, end: at + value.length };
}

const word = /(?:[\w$(/<.+]|-(?=[\w.]))(?:[\w$()/<>=+*.;!@%^~|\\' -]|:(?=[\w/]))*/y;

function skipSpaces(text: string, at: number): number {
  while (text[at] === ' ') at++;
  return at;
}
