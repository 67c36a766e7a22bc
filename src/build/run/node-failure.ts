import { excerpt } from '../../errors/excerpt.js';
import { ThauError } from '../../errors/thau-error.js';
import type { ManifestNode } from '../../project/manifest.js';
import { statementOf } from '../../postgres/failure.js';
import { faultOf } from '../../postgres/fault.js';

/**
 * PostgreSQL's refusal of a node's SQL, with the node's file. The position counts in the statement that was sent;
 * its line is looked up in the file as it was written, and named when it stands there exactly once: Jinja moves
 * lines, and a wrong line is worse than none.
 */
export function nodeFailure(error: unknown, node: ManifestNode): unknown {
  if (!(error instanceof ThauError) || error.at) return error;
  const statement = statementOf(error);
  const isModel = node.resource_type === 'model' || node.resource_type === 'seed';
  const place = (isModel ? undefined : node.declared_at) ?? { file: node.original_file_path };
  const line = statement === undefined ? undefined : writtenLine(error, node, statement);
  return new ThauError(error.code, `${node.name}: ${error.message}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    // the file as it was written, where its line is known; else the statement that was sent
    ...(line !== undefined
      ? { excerpt: excerpt(node.raw_code, line.line, line.column) }
      : error.excerpt !== undefined && { excerpt: error.excerpt }),
    notes: error.notes,
    at: line === undefined ? place : { file: node.original_file_path, ...line },
    cause: error,
  });
}

function writtenLine(
  error: ThauError,
  node: ManifestNode,
  statement: string,
): { line: number; column: number } | undefined {
  const position = faultOf(error)?.position;
  if (position === undefined) return undefined;
  const characters = Array.from(statement);
  const before = characters.slice(0, position - 1).join('');
  const column = before.length - before.lastIndexOf('\n');
  const sentLine = statement.split('\n')[before.split('\n').length - 1] ?? '';
  const written = node.raw_code.split('\n');
  const exact = written.flatMap((line, index) => (line === sentLine ? [index] : []));
  if (exact.length === 1 && exact[0] !== undefined) return { line: exact[0] + 1, column };
  const word = /^[\w"]+/.exec(sentLine.slice(column - 1))?.[0];
  const trimmed = written.flatMap((line, index) =>
    line.trim() !== '' && line.trim() === sentLine.trim() ? [index] : [],
  );
  const only = trimmed.length === 1 ? trimmed[0] : undefined;
  if (only !== undefined) {
    return { line: only + 1, column: Math.max(1, (written[only] ?? '').indexOf(word ?? '') + 1) };
  }
  // the line came from an expression: the word alone may still be unique
  if (word === undefined || word.length < 3) return undefined;
  const holding = written.flatMap((line, index) => (line.includes(word) ? [index] : []));
  const at = holding.length === 1 ? holding[0] : undefined;
  return at === undefined ? undefined : { line: at + 1, column: (written[at] ?? '').indexOf(word) + 1 };
}
