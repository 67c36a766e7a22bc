import { loadModule, parseSync } from 'libpg-query';
import { excerpt } from '../errors/excerpt.js';
import { ThauError } from '../errors/thau-error.js';

// PostgreSQL's own parser, compiled to WebAssembly: it must be loaded once before it can be called
await loadModule();

/** A node of PostgreSQL's raw parse tree, `{ColumnRef: {…}}`; see `parsenodes.h` and `primnodes.h` of PostgreSQL. */
export type Tree = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly tree: Tree;
  /** The statement without its semicolon and the white space around it. */
  readonly text: string;
  /** Where it begins in the whole text, counted from 1. */
  readonly line: number;
}

/** The statements of a text. Throws SQL_SYNTAX with line, column and excerpt; `file` names the text. */
export function parseSql(sql: string, file: string): Statement[] {
  // the parser refuses an empty text, and takes a blank one
  if (sql === '') return [];
  let parsed: { readonly stmts?: readonly RawStatement[] };
  try {
    parsed = parseSync(sql) as typeof parsed;
  } catch (error) {
    throw syntaxError(sql, file, error);
  }
  const bytes = Buffer.from(sql);
  return (parsed.stmts ?? []).map(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
    // places are counted in bytes of UTF-8
    const raw = bytes.subarray(start, length === undefined ? undefined : start + length).toString();
    const lead = raw.length - raw.trimStart().length;
    const before = bytes.subarray(0, start).toString() + raw.slice(0, lead);
    return { tree: stmt, text: raw.trim(), line: before.split('\n').length };
  });
}

interface RawStatement {
  readonly stmt: Tree;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

function syntaxError(sql: string, file: string, error: unknown): ThauError {
  const { message } = error as Error;
  const details = (error as { readonly sqlDetails?: { readonly cursorPosition?: number } }).sqlDetails;
  if (details?.cursorPosition === undefined) {
    return new ThauError('SQL_SYNTAX', `PostgreSQL cannot read this SQL: ${message}.`, {
      at: { file },
      cause: error,
    });
  }
  // the parser counts characters here, not bytes
  const before = Array.from(sql).slice(0, details.cursorPosition).join('').split('\n');
  const line = before.length;
  const column = (before.at(-1) ?? '').length + 1;
  return new ThauError('SQL_SYNTAX', `PostgreSQL cannot read this SQL: ${message}.`, {
    at: { file, line, column },
    excerpt: excerpt(sql, line, column),
    cause: error,
  });
}
