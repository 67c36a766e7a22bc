import type { AggregateField, ManyField } from '../schema/bound-schema.js';
import { readArguments, type Argument } from './arguments.js';
import { jsonArray } from './emit-array.js';
import { deeper, type EmitContext, type FieldSite, type Row } from './emit-context.js';
import { filterCondition, whereArgument } from './filter.js';
import { holdIndexes } from './index-guard.js';
import { orderSql, sortColumns } from './order.js';
import { pageSize } from './page-size.js';
import { rowsOf, whereSql, type RowSource } from './rows.js';
import { concatenation, type Part } from './text-parts.js';

/** A JSON array of rows. */
export function emitList(
  context: EmitContext,
  field: ManyField,
  site: FieldSite,
  parent: Row | undefined,
): readonly Part[] {
  const given = readArguments(site.definition, site.node, context.inputs);
  const source = narrowed(context, field, site, parent, given);
  const order = sortColumns(context, source.row, field, given.get('orderBy'));
  const size = field.arguments.includes('first')
    ? pageSize(context, given.get('first'), 'first', site.node)
    : undefined;
  if (!parent) holdIndexes(context, source.row, given, order, site.node, field.where);
  const item = concatenation(
    context.emitRow(deeper(context, site.node), field.target, site.nodes, source.row),
  );
  const limit = size === undefined ? '' : ` limit ${size.limit}`;
  const rows = `select ${item} as j from ${source.from}${whereSql(source.where)} order by ${orderSql(order, source.row.alias)}${limit}`;
  const cut =
    size === undefined || size.isExact ? `(${rows})` : `(select j from (${rows}) r limit ${size.exact})`;
  return jsonArray('j', `${cut} q`);
}

/** The field's rows with all that its arguments ask of them. */
export function narrowed(
  context: EmitContext,
  field: ManyField | AggregateField,
  site: FieldSite,
  parent: Row | undefined,
  given: ReadonlyMap<string, Argument>,
): RowSource {
  const source = rowsOf(context, field.target, parent, field.on, field.via);
  const where = [...source.where];
  for (const bound of field.where) {
    const argument = given.get(bound.argument);
    const condition = argument && whereArgument(context, source.row, bound, argument);
    if (condition !== undefined) where.push(condition);
  }
  if (!parent && context.rule?.target === field.target) where.push(...context.rule.condition(source.row));
  const filter = filterCondition(context, source.row, given.get('filter'));
  if (filter !== undefined) where.push(`(${filter})`);
  return { ...source, where };
}
