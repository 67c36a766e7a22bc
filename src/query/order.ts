import type { BoundRelation, ManyField, OrderTerm } from '../schema/bound-schema.js';
import type { Argument } from './arguments.js';
import type { EmitContext, Row } from './emit-context.js';
import { assertUnmasked, maskOfColumn } from './mask.js';
import { columnSql } from './rows.js';

/** One column that rows are sorted by. */
export interface SortColumn extends OrderTerm {
  readonly notNull: boolean;
  readonly pgType: string;
}

/** What the rows of a list are sorted by: `orderBy`, else the field's own order; the key at the end decides ties. */
export function sortColumns(
  context: EmitContext,
  row: Row,
  field: Pick<ManyField, 'order'>,
  orderBy: Argument | undefined,
): readonly SortColumn[] {
  const asked =
    orderBy?.kind === 'list' ? orderBy.items.flatMap((item) => askedOrder(context, row, item)) : [];
  // what the SDL sorts by would show in cursors; what the caller may not see sorts nothing for them
  const terms =
    asked.length > 0
      ? asked
      : field.order.filter((term) => maskOfColumn(context, row, term.column) === undefined);
  const sorted: SortColumn[] = [];
  const key = row.type.key.map((column) => ({ column, descending: false, nullsFirst: false }));
  for (const term of [...terms, ...key]) {
    if (sorted.some((item) => item.column === term.column)) continue;
    const column = row.relation.columns[term.column];
    sorted.push({ ...term, notNull: column?.notNull ?? false, pgType: column?.type ?? 'text' });
  }
  return sorted;
}

function askedOrder(context: EmitContext, row: Row, item: Argument): OrderTerm[] {
  if (item.kind !== 'object') return [];
  return [...item.fields].flatMap(([name, direction]) => {
    if (direction.kind !== 'leaf') return [];
    const descending = String(direction.value).startsWith('DESC');
    const nullsFirst = direction.value === 'ASC_NULLS_FIRST' || direction.value === 'DESC';
    const field = row.type.fields[name];
    if (field?.kind === 'id') return field.columns.map((column) => ({ column, descending, nullsFirst }));
    if (field?.kind !== 'column') return [];
    assertUnmasked(context, field, 'sort by', name);
    return [{ column: field.column, descending, nullsFirst }];
  });
}

/** `t1.ordered_at desc,t1.order_id`; backwards for a page that is read from its end. */
export function orderSql(columns: readonly SortColumn[], alias: string, backwards = false): string {
  return columns
    .map((column) => {
      const descending = column.descending !== backwards;
      const nullsFirst = column.nullsFirst !== backwards;
      // what PostgreSQL does without a word, so that an index without a word serves
      const nulls =
        column.notNull || nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last';
      return `${columnSql(alias, column.column)}${descending ? ' desc' : ''}${nulls}`;
    })
    .join(',');
}

/** Whether one of the relation's unique column lists is among the columns. */
export const isUnique = (relation: BoundRelation, columns: readonly string[]): boolean =>
  relation.unique.some((list) => list.every((column) => columns.includes(column)));
