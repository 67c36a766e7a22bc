/** A candidate as templates render it: `"main__r12"."orders"`, with or without a database before it. */
const candidate = /("?)([^\s."']+)__r\d+\1(?=\.(?:"[^"']+"|\w+))/g;

/** What takes the name of a relation and looks it up: there the candidate itself is meant. */
const lookup =
  /(?:\bto_reg\w+|\bpg_\w+|\bhas_\w+_privilege|\bnextval|\bcurrval|\bsetval|\breg\w+)\s*\(?\s*$/i;
const cast = /^\s*(?:::|\bas\s)\s*(?:pg_catalog\.)?reg/i;

/**
 * SQL in which a relation's name stands as text, `'{{ relation }}'`, says the name that readers know: the text is data
 * (dbt-utils' `_dbt_source_relation`), and must not change from run to run. Names outside of quotes stay as they are,
 * and so do texts that PostgreSQL looks relations up by.
 */
export function withStableLiterals(sql: string, schemas: ReadonlySet<string>): string {
  if (!sql.includes('__r')) return sql;
  let changed = '';
  let at = 0;
  for (const { from, to } of literals(sql)) {
    const literal = sql.slice(from, to);
    if (!literal.includes('__r') || lookup.test(sql.slice(Math.max(0, from - 80), from))) continue;
    if (cast.test(sql.slice(to, to + 40))) continue;
    const stable = literal.replace(candidate, (whole, quote: string, schema: string) =>
      schemas.has(schema) ? `${quote}${schema}${quote}` : whole,
    );
    changed += sql.slice(at, from) + stable;
    at = to;
  }
  return changed + sql.slice(at);
}

/** The places of `'…'` in SQL: not in comments, quoted names or dollar quotes. */
function* literals(sql: string): Generator<{ readonly from: number; readonly to: number }> {
  const token =
    /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'/g;
  for (const match of sql.matchAll(token)) {
    const [text] = match;
    if (/^[eE]?'/.test(text)) yield { from: match.index, to: match.index + text.length };
  }
}
