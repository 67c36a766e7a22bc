/** A CTE to be put in front of a statement. */
export interface InjectedCte {
  readonly name: string;
  readonly sql: string;
}

/**
 * The statement with CTEs in front of its own: behind leading comments, and behind `with` (`recursive`) where the
 * statement begins with one.
 */
export function injectCtes(sql: string, ctes: readonly InjectedCte[]): string {
  if (ctes.length === 0) return sql;
  const start = leadingLength(sql);
  const lead = sql.slice(0, start);
  const rest = sql.slice(start);
  const text = ctes.map(({ name, sql: body }) => `${name} as (\n${body}\n)`).join(', ');
  const own = /^with\b(\s+recursive\b)?\s*/i.exec(rest);
  if (own === null) return `${lead}with ${text}\n${rest}`;
  return `${lead}with${own[1] ?? ''} ${text}, ${rest.slice(own[0].length)}`;
}

/** How far space and comments reach; block comments nest in PostgreSQL. */
function leadingLength(sql: string): number {
  let at = 0;
  for (;;) {
    const space = /^\s+/.exec(sql.slice(at));
    if (space !== null) at += space[0].length;
    if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at);
      if (end < 0) return sql.length;
      at = end + 1;
    } else if (sql.startsWith('/*', at)) at = blockEnd(sql, at);
    else return at;
  }
}

function blockEnd(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++;
      at++;
    } else if (sql.startsWith('*/', at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
}
