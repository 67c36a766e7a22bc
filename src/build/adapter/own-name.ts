/** Comments, texts and dollar quotes: what no name stands in. */
const passedOver = String.raw`'(?:[^']|'')*'|--[^\n]*|/\*[^]*?\*/|\$(\w*)\$[^]*?\$\1\$`;

/**
 * SQL of a custom materialization that writes its model's name by hand, `"{{ schema }}"."{{ identifier }}"`: while the
 * candidate is made, the name means the candidate.
 */
export function withOwnName(
  sql: string,
  node: { readonly schema: string; readonly alias: string },
  candidate: string,
): string {
  if (!sql.includes(node.alias)) return sql;
  const word = (text: string): string =>
    `(?:"${escaped(text.replaceAll('"', '""'))}"|(?<![\\w"])${escaped(text)}(?![\\w"]))`;
  const own = new RegExp(`${passedOver}|${word(node.schema)}\\s*\\.\\s*${word(node.alias)}`, 'g');
  return sql.replace(own, (whole) => (/^(?:'|--|\/\*|\$)/.test(whole) ? whole : candidate));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
