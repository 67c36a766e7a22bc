import { text, type Part } from './text-parts.js';

/** `{"a":…,"b":…}`; `tag` blanks behind the brace tell a suspect answer's reader which shape of an abstract type it is. */
export function jsonObject(
  fields: readonly (readonly [string, readonly Part[]])[],
  tag = 0,
): readonly Part[] {
  const parts: Part[] = [text(`{${' '.repeat(tag)}`)];
  fields.forEach(([key, value], index) => {
    parts.push(text(`${index > 0 ? ',' : ''}"${key}":`), ...value);
  });
  parts.push(text('}'));
  return parts;
}
