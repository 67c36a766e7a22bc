import { codePoints } from '../values/code-points.js';

const cased = /[\p{Lu}\p{Ll}\p{Lt}]/u;

/** First character upper, the rest lower. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = codePoints(text);
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/** Python's `str.title`: a letter is upper where none stands before it, so an apostrophe begins a word. */
export function titleCase(text: string): string {
  let result = '';
  let inWord = false;
  for (const char of text) {
    result += inWord ? char.toLowerCase() : char.toUpperCase();
    inWord = cased.test(char);
  }
  return result;
}

export function swapCase(text: string): string {
  return codePoints(text)
    .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
    .join('');
}
