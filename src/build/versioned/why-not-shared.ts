import type { Tree } from '../../sql/parse-sql.js';
import { asKind, isTree, names, nodes, text } from '../../sql/tree.js';
import { fromColumn } from './version-text.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

const writes = ['InsertStmt', 'DeleteStmt', 'UpdateStmt', 'MergeStmt'] as const;

/**
 * Why statements that somebody wrote cannot run on a table whose generations share rows; undefined where they can. Its
 * triggers keep what insert, delete, update and merge take away, whoever writes them; nothing else may happen to it, and
 * nobody may meet its hidden column.
 */
export async function whyNotShared(sql: string, target: Place): Promise<string | undefined> {
  // PostgreSQL's parser is large, and seldom needed here
  const { parseSql } = await import('../../sql/parse-sql.js');
  let trees: readonly Tree[];
  try {
    trees = parseSql(sql, 'strategy').map((statement) => statement.tree);
  } catch {
    return 'the SQL of its strategy cannot be read';
  }
  if (sql.includes(fromColumn)) return `its strategy names ${fromColumn}`;
  for (const tree of trees) {
    const fault = faultOf(tree, target);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether a text only asks: what may run while a strategy's SQL is made, when nothing is settled yet. */
export async function onlyAsks(sql: string): Promise<boolean> {
  const { parseSql } = await import('../../sql/parse-sql.js');
  try {
    return parseSql(sql, 'strategy').every(
      ({ tree }) =>
        asKind(tree, 'SelectStmt') !== undefined &&
        everyNode(tree).every((node) => !isTree(node['intoClause']) && written(node) === undefined),
    );
  } catch {
    return false;
  }
}

function faultOf(tree: Tree, target: Place): string | undefined {
  if (!asKind(tree, 'SelectStmt') && !written(tree)) {
    return 'its strategy does more than insert, delete, update and merge';
  }
  const all = everyNode(tree);
  if (all.some((node) => isTree(node['intoClause']))) return 'its strategy makes a table';
  const writing = all.map(written).filter(isTree);
  if (writing.some((one) => !means(one['relation'], target))) {
    return 'its strategy writes to another table too';
  }
  return seesAllColumns(all, target) ? 'its strategy reads all columns of its table at once' : undefined;
}

/** `select *` over the table, `t.*` of it, `returning *`, or a row of it as one value. */
function seesAllColumns(all: readonly Tree[], target: Place): boolean {
  const aliases = new Set<unknown>(
    all
      .flatMap((node) => [asKind(node, 'RangeVar'), node['relation']])
      .filter((range) => isTree(range) && means(range, target))
      .map((range) => asKind(range, 'alias')?.['aliasname'] ?? target.name),
  );
  return all.some((node) => {
    const reference = asKind(node, 'ColumnRef');
    if (reference) {
      const words = names(reference['fields']);
      const whole = isStar(reference) || nodes(reference['fields']).length === 1;
      return whole && aliases.has(words.at(-1));
    }
    const returned = asKind(node, 'returningClause')?.['exprs'] ?? node['returningList'];
    const from = nodes(node['fromClause']).flatMap(rangesOf);
    return hasStar(returned) || (hasStar(node['targetList']) && from.some((range) => means(range, target)));
  });
}

/** Whether a list of results has `*` itself. */
function hasStar(list: unknown): boolean {
  return nodes(list).some((item) => {
    const reference = asKind(asKind(item, 'ResTarget')?.['val'], 'ColumnRef');
    return reference !== undefined && isStar(reference) && names(reference['fields']).length === 0;
  });
}

/** The relations of a `from`, with those that it joins, without those of queries in it. */
function rangesOf(item: Tree): readonly Tree[] {
  const join = asKind(item, 'JoinExpr');
  if (join) return nodes([join['larg'], join['rarg']]).flatMap(rangesOf);
  const sample = asKind(item, 'RangeTableSample');
  if (sample) return nodes([sample['relation']]).flatMap(rangesOf);
  const range = asKind(item, 'RangeVar');
  return range ? [range] : [];
}

/** The statement that a node is, if it writes. */
function written(node: Tree): Tree | undefined {
  return writes.map((kind) => asKind(node, kind)).find((one) => one !== undefined);
}

function means(range: unknown, { schema, name }: Place): boolean {
  if (!isTree(range)) return false;
  const named = text(range['schemaname']) ?? schema;
  return text(range['relname']) === name && named === schema;
}

function isStar(reference: Tree): boolean {
  return nodes(reference['fields']).at(-1)?.['A_Star'] !== undefined;
}

function everyNode(value: unknown): readonly Tree[] {
  if (Array.isArray(value)) return value.flatMap(everyNode);
  if (!isTree(value)) return [];
  return [value, ...Object.values(value).flatMap(everyNode)];
}
