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
