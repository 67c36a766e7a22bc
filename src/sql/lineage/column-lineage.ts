import type { Tree } from '../parse-sql.js';
import { selectColumns } from './select-columns.js';
import { Scope, type Column, type ColumnsOf, type Origin } from './scope.js';
import { Walk } from './walk.js';

export interface ColumnLineage {
  /** The query's columns in order, each with the stored columns its value comes from. */
  readonly columns: readonly Column[];
  /** Every stored column the query reads: values, joins, filters, groupings, orders. */
  readonly reads: readonly Origin[];
  /** Names that could not be resolved, as they are written: the relation is unknown to `columnsOf`. */
  readonly unresolved: readonly string[];
}

/**
 * Where each column of a query comes from, by PostgreSQL's rules of scope: stars, common table expressions (recursive
 * ones too), set operations, subqueries correlated or lateral, USING and natural joins, functions in FROM.
 * `columnsOf` answers with the columns of a relation, or undefined where it does not know it. Pure.
 */
export function columnLineage(tree: Tree, columnsOf: ColumnsOf): ColumnLineage {
  const walk = new Walk(columnsOf, selectColumns);
  const columns = walk.columns(tree, new Scope());
  return { columns, reads: walk.reads, unresolved: walk.unresolved };
}
