import type { FieldNode } from 'graphql';
import type { WhereArgument } from '../schema/bound-schema.js';
import { fieldOf, type Argument } from './arguments.js';
import type { EmitContext, Row } from './emit-context.js';
import type { SortColumn } from './order.js';
import { indexHint } from './filter.js';
import { requestError } from './request-error.js';

/**
 * Refuses to read all of a large relation: a root that filters by nothing indexed, or sorts by a column without an
 * index when no indexed filter has made the rows few.
 */
export function holdIndexes(
  context: EmitContext,
  row: Row,
  given: ReadonlyMap<string, Argument>,
  order: readonly SortColumn[] | undefined,
  node: FieldNode,
  bound: readonly WhereArgument[] = [],
): void {
  const { relation } = row;
  if (relation.estimatedRows < context.settings.largeRelation) return;
  const indexed = new Set([...relation.indexes, ...relation.unique].map((columns) => columns[0]));
  // an argument of the SDL's own never refuses, but an indexed one makes the rows few
  if (bound.some((item) => given.has(item.argument) && indexed.has(item.column))) return;
  const filtered = filteredColumns(row, given.get('filter'));
  if (filtered.some((column) => indexed.has(column))) return;
  const [slow] = filtered;
  if (slow !== undefined) {
    throw requestError(
      'QUERY_UNINDEXED',
      `"${relation.model}" is large, and its column "${slow}" has no index to filter by`,
      { node, hint: indexHint(slow) },
    );
  }
  const first = order?.[0];
  if (first && !indexed.has(first.column)) {
    throw requestError(
      'QUERY_UNINDEXED',
      `"${relation.model}" is large, and its column "${first.column}" has no index to sort by`,
      { node, hint: indexHint(first.column) },
    );
  }
}

/** Columns that every row must meet a condition on; `or` and `not` narrow nothing for sure. */
function filteredColumns(row: Row, filter: Argument | undefined): readonly string[] {
  if (filter?.kind !== 'object') return [];
  const columns: string[] = [];
  for (const [name, argument] of filter.fields) {
    const field = row.type.fields[name];
    if (field?.kind === 'column' && narrows(argument)) columns.push(field.column);
    else if (field?.kind === 'id') columns.push(...field.columns.slice(0, 1));
    else if (field?.kind === 'one') columns.push(...field.on.slice(0, 1).map((join) => join.from));
    else if (name === 'and' && argument.kind === 'list') {
      for (const item of argument.items) columns.push(...filteredColumns(row, item));
    }
  }
  return columns;
}

/** An index serves comparisons, not `ne` or text within. */
const narrows = (argument: Argument): boolean =>
  ['eq', 'in', 'lt', 'lte', 'gt', 'gte', 'between', 'contains', 'like'].some((name) =>
    fieldOf(argument, name),
  );
