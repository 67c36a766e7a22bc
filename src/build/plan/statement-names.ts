import { parseSql } from '../../sql/parse-sql.js';
import { referencedNames, type WrittenName } from '../../sql/referenced-names.js';

/** What a node's SQL names, besides what `ref()` and `source()` stand for. */
export interface StatementNames {
  /** Functions that it calls, and the words of SQL that are functions without brackets. */
  readonly functions: readonly string[];
  /** Relations, as they are written. */
  readonly relations: readonly WrittenName[];
}

/** What nodes' statements name, with the fingerprints they were read from. */
export type KnownNames = Readonly<
  Record<
    string,
    { readonly hash: string; readonly names: readonly string[]; readonly reads?: readonly WrittenName[] }
  >
>;

/** In place of the names of a statement that cannot be parsed: its node is built, and says why itself. */
export const unreadable = '?';

/**
 * The names that a statement calls as functions, and the relations that it reads. More names than there are do no
 * harm: a known one makes a rebuild at worst.
 */
export function statementNames(sql: string): StatementNames {
  if (sql.trim() === '') return { functions: [], relations: [] };
  try {
    const called = new Set<string>();
    const read: WrittenName[] = [];
    for (const { tree } of parseSql(sql, 'the SQL of a node')) {
      const { functions, relations } = referencedNames(tree);
      // age(x) counts from today, age(x, y) does not
      for (const { name, args } of functions) called.add(name === 'age' && args > 1 ? 'age,' : name);
      read.push(...relations);
    }
    return { functions: [...called].sort(), relations: read };
  } catch {
    return { functions: [unreadable], relations: [] };
  }
}
