import { stripEnd, stripStart, whitespaceRun } from './whitespace.js';

/** Python's `split`: at `separator`, or at runs of whitespace if null; `limit` splits at most, all if negative. */
export function split(text: string, separator: string | null, limit: number): string[] {
  if (separator === null) return splitWords(text, limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** The same from the end. */
export function rsplit(text: string, separator: string | null, limit: number): string[] {
  if (separator === null) return rsplitWords(text, limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  const first = parts.length - limit;
  return [parts.slice(0, first).join(separator), ...parts.slice(first)];
}

function splitWords(text: string, limit: number): string[] {
  const words: string[] = [];
  let at = 0;
  const trimmed = stripStart(text);
  for (const run of trimmed.matchAll(whitespaceRun)) {
    if (words.length === limit) break;
    words.push(trimmed.slice(at, run.index));
    at = run.index + run[0].length;
  }
  // what is left keeps its inner whitespace, and its trailing one only if a limit stopped the splitting
  const rest = trimmed.slice(at);
  if (rest !== '') words.push(rest);
  return words;
}

function rsplitWords(text: string, limit: number): string[] {
  const trimmed = stripEnd(text);
  const runs = [...trimmed.matchAll(whitespaceRun)];
  const words: string[] = [];
  let end = trimmed.length;
  for (const run of runs.reverse()) {
    if (words.length === limit) break;
    words.unshift(trimmed.slice(run.index + run[0].length, end));
    end = run.index;
  }
  const rest = trimmed.slice(0, end);
  if (rest !== '') words.unshift(rest);
  return words;
}

const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  let at = 0;
  for (const end of text.matchAll(lineEnd)) {
    const after = end.index + end[0].length;
    lines.push(text.slice(at, keepEnds ? after : end.index));
    at = after;
  }
  if (at < text.length) lines.push(text.slice(at));
  return lines;
}

/** What stands before the separator, the separator, and what stands after it. */
export function partition(text: string, separator: string, fromEnd: boolean): [string, string, string] {
  const at = fromEnd ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return fromEnd ? ['', '', text] : [text, '', ''];
  return [text.slice(0, at), separator, text.slice(at + separator.length)];
}
