/** An ARE that finds any of the values as a whole: https://www.postgresql.org/docs/current/functions-matching.html */
export function valuesPattern(values: readonly string[]): string {
  const escape = (value: string): string =>
    value.replace(/[^\p{L}\p{N} ]/gu, (character) => `\\${character}`);
  const among = (some: readonly string[]): string =>
    `(?<![[:alnum:]])(${some.map(escape).join('|')})(?![[:alnum:]])`;
  const emails = values.filter((value) => value.includes('@'));
  const others = values.filter((value) => !value.includes('@'));
  return [
    // `le.an@example.com` is another address than `an@example.com`, and `an@example.com.vn` too
    ...(emails.length > 0 ? [`(?<![[:alnum:]][.+_-])${among(emails)}(?![.-][[:alnum:]])`] : []),
    ...(others.length > 0 || emails.length === 0 ? [among(others)] : []),
  ].join('|');
}
