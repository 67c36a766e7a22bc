/** `"name"`: an identifier for SQL, always quoted, so that reserved words and capitals stay as they are. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new TypeError('an identifier cannot contain a zero byte');
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`. */
export function qualifiedName(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** `'text'`: a string literal for places where no parameter may stand (DDL, SET, comments). */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new TypeError('a string for PostgreSQL cannot contain a zero byte');
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

/** PostgreSQL cuts identifiers after this many bytes, without an error. */
export const maxIdentifierBytes = 63;
