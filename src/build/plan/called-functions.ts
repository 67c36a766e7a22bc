import { parseSql } from '../../sql/parse-sql.js';
import { referencedNames } from '../../sql/referenced-names.js';

/** The functions that nodes' statements call, with the fingerprints they were read from. */
export type KnownCalls = Readonly<
  Record<string, { readonly hash: string; readonly names: readonly string[] }>
>;

/** In place of the names of a statement that cannot be parsed: its node is built, and says why itself. */
export const unreadable = '?';

/**
 * The names that a statement calls as functions, and the words of SQL that are functions without brackets. More
 * names than there are calls do no harm: a known one makes a rebuild at worst.
 */
export function calledFunctions(sql: string): readonly string[] {
  if (sql.trim() === '') return [];
  try {
    const called = new Set<string>();
    for (const { tree } of parseSql(sql, 'the SQL of a node')) {
      // age(x) counts from today, age(x, y) does not
      for (const { name, args } of referencedNames(tree).functions) {
        called.add(name === 'age' && args > 1 ? 'age,' : name);
      }
    }
    return [...called].sort();
  } catch {
    return [unreadable];
  }
}
