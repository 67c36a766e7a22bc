import { codePoints } from '../values/code-points.js';
import { codePointLength } from '../values/iterate.js';

// words, whitespace, and words that may break after a hyphen between letters or at a dash
const chunks = /\s+|[^\s]+/g;
const hyphenChunks =
  /[^\s]*?[\p{L}\p{N}_](?:-(?=[\p{L}_]{2}|[\p{L}_]-[\p{L}_]))|-{2,}(?=[\p{L}\p{N}_])|[^\s]+?(?=-{2,}[\p{L}\p{N}_])|[^\s]+/gu;

/** The lines of a paragraph at most `width` wide, as Python's `textwrap.wrap` breaks them; spaces are kept inside lines. */
export function wrapText(text: string, width: number, breakLong: boolean, breakHyphens: boolean): string[] {
  const words = (text.match(chunks) ?? []).flatMap((word) =>
    breakHyphens && !/^\s/.test(word) && word.includes('-') ? (word.match(hyphenChunks) ?? [word]) : [word],
  );
  words.reverse();
  const lines: string[] = [];
  while (words.length > 0) {
    const line: string[] = [];
    let length = 0;
    // a line after the first does not begin with whitespace
    if (lines.length > 0 && /^\s/.test(words.at(-1) ?? '')) words.pop();
    while (words.length > 0) {
      const size = codePointLength(words.at(-1) ?? '');
      if (length + size > width) break;
      line.push(words.pop() ?? '');
      length += size;
    }
    const next = words.at(-1);
    if (next !== undefined && codePointLength(next) > width)
      breakWord(words, line, width - length, breakLong);
    if (/^\s/.test(line.at(-1) ?? '')) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function breakWord(words: string[], line: string[], room: number, breakLong: boolean): void {
  const word = codePoints(words.pop() ?? '');
  if (!breakLong) {
    if (line.length === 0) line.push(word.join(''));
    else words.push(word.join(''));
    return;
  }
  const taken = Math.max(1, room);
  line.push(word.slice(0, taken).join(''));
  if (word.length > taken) words.push(word.slice(taken).join(''));
}
