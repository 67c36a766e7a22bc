/**
 * A model's select as it stands inside another statement: without the semicolon a person may have ended it with,
 * and on lines of its own, so that a closing line comment ends before what follows.
 */
export function selectBody(sql: string): string {
  return `(\n${withoutSemicolon(sql)}\n)`;
}

/** Cuts semicolons, white space and comments off the end as long as a semicolon is among them. */
export function withoutSemicolon(sql: string): string {
  let text = sql.trimEnd();
  while (text.endsWith(';')) text = text.slice(0, -1).trimEnd();
  return text;
}
