import type { Tree } from '../parse-sql.js';
import { asKind, isTree, names, nodes, text } from '../tree.js';
import { columnName } from './column-name.js';
import { expressionOrigins } from './expression.js';
import { addFromItem } from './from-item.js';
import { renamed, Scope, type Column } from './scope.js';
import { distinct, type Walk } from './walk.js';

/** The columns of a SELECT, VALUES or set operation inside `outer`. Other statements have none. */
export function selectColumns(tree: Tree, outer: Scope, walk: Walk): readonly Column[] {
  const select = asKind(tree, 'SelectStmt');
  return select ? columnsOfSelect(select, outer, walk) : [];
}

function columnsOfSelect(select: Tree, outer: Scope, walk: Walk): readonly Column[] {
  const scope = new Scope(outer);
  defineCtes(select, scope, walk);
  if (isTree(select['larg']) && isTree(select['rarg'])) {
    const left = columnsOfSelect(select['larg'], scope, walk);
    return union(left, columnsOfSelect(select['rarg'], scope, walk));
  }
  if (Array.isArray(select['valuesLists'])) return valuesColumns(select['valuesLists'], scope, walk);
  for (const item of nodes(select['fromClause'])) addFromItem(item, scope, walk);
  const columns = nodes(select['targetList']).flatMap((target) => targetColumns(target, scope, walk));
  for (const clause of readOnly) readClause(select[clause], columns, scope, walk);
  return columns;
}

/** Clauses that choose and order rows: their columns are read, and are no column's origin. */
const readOnly = [
  'whereClause',
  'groupClause',
  'havingClause',
  'windowClause',
  'sortClause',
  'distinctClause',
];

function readClause(clause: unknown, columns: readonly Column[], scope: Scope, walk: Walk): void {
  for (const node of Array.isArray(clause) ? nodes(clause) : [clause]) {
    const bare = bareName(asKind(node, 'SortBy')?.['node'] ?? node);
    // `order by` and `group by` may name a column of the answer instead
    if (bare !== undefined && scope.column(bare) === undefined && columns.some(({ name }) => name === bare))
      continue;
    expressionOrigins(node, scope, walk);
  }
}

function bareName(node: unknown): string | undefined {
  const parts = names(asKind(node, 'ColumnRef')?.['fields']);
  return parts.length === 1 ? parts[0] : undefined;
}

function targetColumns(target: Tree, scope: Scope, walk: Walk): readonly Column[] {
  const { name, val } = asKind(target, 'ResTarget') ?? {};
  const fields = asKind(val, 'ColumnRef')?.['fields'];
  if (nodes(fields).some((field) => 'A_Star' in field)) {
    const parts = names(fields);
    const columns = scope.star(parts.at(-2), parts.at(-1));
    if (!columns) walk.miss([...parts, '*'].join('.'));
    for (const column of columns ?? []) walk.read(column.from);
    return columns ?? [];
  }
  return [{ name: text(name) ?? columnName(val), from: expressionOrigins(val, scope, walk) }];
}

function defineCtes(select: Tree, scope: Scope, walk: Walk): void {
  const clause = select['withClause'];
  if (!isTree(clause)) return;
  for (const node of nodes(clause['ctes'])) {
    const cte = asKind(node, 'CommonTableExpr') ?? {};
    const name = text(cte['ctename']) ?? '';
    const query = cte['ctequery'];
    if (!isTree(query)) continue;
    const rename = (columns: readonly Column[]): readonly Column[] =>
      renamed(columns, names(cte['aliascolnames']));
    if (clause['recursive'] === true) defineRecursive(name, query, rename, scope, walk);
    else scope.define(name, rename(selectColumns(query, scope, walk)));
  }
}

/** A recursive query's columns are the fixed point of its own: what it adds to itself is added until nothing is new. */
function defineRecursive(
  name: string,
  query: Tree,
  rename: (columns: readonly Column[]) => readonly Column[],
  scope: Scope,
  walk: Walk,
): void {
  const first = asKind(query, 'SelectStmt')?.['larg'];
  if (!isTree(first)) {
    scope.define(name, rename(selectColumns(query, scope, walk)));
    return;
  }
  let columns = rename(columnsOfSelect(first, scope, walk));
  for (let before = -1; before < size(columns);) {
    before = size(columns);
    scope.define(name, columns);
    columns = union(columns, rename(selectColumns(query, scope, walk)));
  }
  scope.define(name, columns);
}

const size = (columns: readonly Column[]): number => columns.reduce((sum, { from }) => sum + from.length, 0);

function valuesColumns(rows: readonly unknown[], scope: Scope, walk: Walk): readonly Column[] {
  return (
    rows
      .map((row) => nodes(asKind(row, 'List')?.['items']))
      .map((items) =>
        items.map((item, index) => ({
          name: `column${index + 1}`,
          from: expressionOrigins(item, scope, walk),
        })),
      )
      .reduce<readonly Column[] | undefined>((all, row) => (all ? union(all, row) : row), undefined) ?? []
  );
}

/** Set operations join by position and keep the left side's names. */
function union(left: readonly Column[], right: readonly Column[]): readonly Column[] {
  return left.map((column, index) => ({
    name: column.name,
    from: distinct([...column.from, ...(right[index]?.from ?? [])]),
  }));
}
