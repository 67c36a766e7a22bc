/** A piece of a JSON text: fixed, or an SQL expression of type text that is never NULL. */
export type Part = { readonly text: string } | { readonly sql: string };

export const text = (value: string): Part => ({ text: value });
/** `expression` must stand beside `||` without parentheses of its own. */
export const sql = (expression: string): Part => ({ sql: expression });

/** One SQL expression: the pieces joined by `||`, neighbouring fixed ones merged. */
export function concatenation(parts: readonly Part[]): string {
  const pieces: string[] = [];
  let fixed = '';
  for (const part of parts) {
    if ('text' in part) {
      fixed += part.text;
      continue;
    }
    if (fixed !== '') pieces.push(quoteText(fixed));
    fixed = '';
    pieces.push(part.sql);
  }
  if (fixed !== '' || pieces.length === 0) pieces.push(quoteText(fixed));
  return pieces.join('||');
}

/** The fixed text before the first expression and after the last; all of it in `head` where there is none. */
export function fixedEnds(parts: readonly Part[]): {
  readonly head: string;
  readonly middle: readonly Part[];
  readonly tail: string;
} {
  const first = parts.findIndex((part) => 'sql' in part);
  const last = parts.findLastIndex((part) => 'sql' in part);
  const joined = (some: readonly Part[]): string =>
    some.map((part) => ('text' in part ? part.text : '')).join('');
  if (first < 0) return { head: joined(parts), middle: [], tail: '' };
  return {
    head: joined(parts.slice(0, first)),
    middle: parts.slice(first, last + 1),
    tail: joined(parts.slice(last + 1)),
  };
}

/** An SQL string literal. */
export function quoteText(value: string): string {
  const quoted = value.replaceAll("'", "''");
  if (!quoted.includes(marker) && !quoted.includes('\\')) return `'${quoted}'`;
  return `E'${quoted.replaceAll('\\', '\\\\').replaceAll(marker, '\\x01')}'`;
}

/**
 * Begins what a value could not be written as proper JSON of its type. A bare U+0001 cannot stand in JSON and
 * PostgreSQL always escapes it, so an answer that holds one holds a fault, and is completed by graphql-js.
 */
export const marker = '\u0001';
