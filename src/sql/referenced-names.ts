import { nodes, isTree, names, text } from './tree.js';
import type { Tree } from './parse-sql.js';

/** A name as it is written: without a schema it is found by the search path. */
export interface WrittenName {
  readonly schema?: string;
  readonly name: string;
}

export interface ReferencedNames {
  /** Tables and views, common table expressions left out. */
  readonly relations: readonly WrittenName[];
  /** Functions, and words such as `current_date`; operators and types are not among them. */
  readonly functions: readonly WrittenFunction[];
}

export interface WrittenFunction extends WrittenName {
  readonly args: number;
}

/** What a statement names, each once, in the order of first use. Their volatility is `pg_proc`'s to tell. */
export function referencedNames(tree: Tree): ReferencedNames {
  const relations = new Map<string, WrittenName>();
  const functions = new Map<string, WrittenFunction>();
  const visit = (node: unknown, ctes: ReadonlySet<string>): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, ctes);
      return;
    }
    if (!isTree(node)) return;
    const scope = isTree(node['withClause']) ? new Set([...ctes, ...cteNames(node['withClause'])]) : ctes;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'RangeVar' && isTree(value)) {
        const name = written(text(value['schemaname']), text(value['relname']) ?? '');
        if (name.schema !== undefined || !scope.has(name.name)) relations.set(JSON.stringify(name), name);
      } else if (key === 'FuncCall' && isTree(value)) {
        const parts = names(value['funcname']);
        const name = written(parts.at(-2), parts.at(-1) ?? '');
        const args = Array.isArray(value['args']) ? value['args'].length : 0;
        functions.set(JSON.stringify([name, args]), { ...name, args });
      } else if (key === 'SQLValueFunction' && isTree(value)) {
        // SVFOP_CURRENT_TIMESTAMP_N: the word with its precision
        const word = (text(value['op']) ?? '').replace(/^SVFOP_|_N$/g, '').toLowerCase();
        functions.set(word, { name: word, args: 0 });
      }
      visit(value, scope);
    }
  };
  visit(tree, new Set());
  return { relations: [...relations.values()], functions: [...functions.values()] };
}

function cteNames(withClause: Tree): string[] {
  return nodes(withClause['ctes']).flatMap((node) => {
    const name = isTree(node['CommonTableExpr']) ? text(node['CommonTableExpr']['ctename']) : undefined;
    return name === undefined ? [] : [name];
  });
}

function written(schema: string | undefined, name: string): WrittenName {
  return schema === undefined ? { name } : { schema, name };
}
