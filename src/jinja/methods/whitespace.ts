/** What Python counts as whitespace in a str: Unicode's, and the separators U+001C to U+001F; not U+FEFF. */
const whitespace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

export const whitespaceRun = new RegExp(`${whitespace}+`, 'g');
export const onlyWhitespace = new RegExp(`^${whitespace}+$`);
const leading = new RegExp(`^${whitespace}+`);
const space = new RegExp(whitespace);

export function stripStart(text: string): string {
  return text.replace(leading, '');
}

/** Walked by hand: a pattern anchored at the end alone would look again at every start. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && space.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
}

export function strip(text: string): string {
  return stripEnd(stripStart(text));
}
