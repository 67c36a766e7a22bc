import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { hasRelation } from '../run/has-relation.js';
import { inputsOf } from './node-inputs.js';
import { placeholderSchema } from './planning-adapter.js';
import type { StatementNames } from './statement-names.js';

const commentsAndTexts =
  /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'/g;

/**
 * What the SQL of a template that asked the database reads. A relation that it only asked about is no input: what it
 * was answered stands in the SQL. A relation that it found by asking is one, whether or not `ref()` names it.
 */
export function mentionedIn(
  manifest: Manifest,
  node: ManifestNode,
  sql: string,
  { relations }: StatementNames,
): readonly string[] {
  const named = new Set(
    relations.flatMap(({ schema, name }) => (schema === placeholderSchema ? [name] : [])),
  );
  // dbt's `-- depends_on: {{ ref('x') }}` reads nothing
  const text = sql
    .replace(commentsAndTexts, (token) => (/^(?:--|\/\*)/.test(token) ? ' ' : token))
    .toLowerCase();
  // a name may be written in a way that only PostgreSQL understands: each word that might be it counts
  const isWritten = (id: string): boolean => {
    const source = manifest.sources[id];
    const name = source?.identifier ?? manifest.nodes[id]?.alias ?? id;
    return text.includes(id.toLowerCase()) || text.includes(name.toLowerCase());
  };
  const found = new Set(inputsOf(manifest, node).filter(isWritten));
  for (const id of named) {
    const other = manifest.nodes[id];
    if (other && hasRelation(other) && id !== node.unique_id) found.add(id);
  }
  return [...found].sort();
}
