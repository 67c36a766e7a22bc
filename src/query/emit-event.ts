import type { EventField, ManyField } from '../schema/bound-schema.js';
import { readArguments } from './arguments.js';
import { comparand } from './bind-value.js';
import { jsonArray } from './emit-array.js';
import { deeper, relationOf, rowType, type EmitContext, type FieldSite } from './emit-context.js';
import { narrowed } from './emit-list.js';
import { orderSql, sortColumns } from './order.js';
import { columnSql, rowsOf, whereSql } from './rows.js';
import { concatenation, sql, type Part } from './text-parts.js';

/** The row a subscription is told of, or null where the caller may not see it. */
export function emitEvent(context: EmitContext, field: EventField, site: FieldSite): readonly Part[] {
  const { row, from, where } = rowsOf(context, field.target, undefined, []);
  const key = row.type.key.map((column, index) => {
    const pgType = row.relation.columns[column]?.type ?? 'text';
    const value = comparand(context.builder, (inputs) => inputs.event?.[index] ?? null, 'ID', pgType);
    return `${columnSql(row.alias, column)}=${value}`;
  });
  const item = concatenation(context.emitRow(deeper(context, site.node), field.target, site.nodes, row));
  return [sql(`coalesce((select ${item} from ${from}${whereSql([...where, ...key])}),'null')`)];
}

/** The rows that meet a subscription's arguments now and did not in the generation before. */
export function emitArrivals(context: EmitContext, field: ManyField, site: FieldSite): readonly Part[] {
  const given = readArguments(site.definition, site.node, context.inputs);
  const source = narrowed(context, field, site, undefined, given);
  const where = [...source.where];
  const { model } = rowType(context, field.target);
  const before = context.before?.(model);
  if (before !== undefined) {
    const { bound } = context;
    if (before === relationOf(context, model).from) return [sql(`'[]'`)];
    const relations = { ...bound.relations, [model]: { ...relationOf(context, model), from: before } };
    const past = narrowed({ ...context, bound: { ...bound, relations } }, field, site, undefined, given);
    const same = source.row.type.key.map(
      (column) => `${columnSql(past.row.alias, column)}=${columnSql(source.row.alias, column)}`,
    );
    where.push(`not exists(select 1 from ${past.from}${whereSql([...same, ...past.where])})`);
  }
  const order = sortColumns(context, source.row, field, given.get('orderBy'));
  const item = concatenation(
    context.emitRow(deeper(context, site.node), field.target, site.nodes, source.row),
  );
  const rows = `select ${item} as j from ${source.from}${whereSql(where)} order by ${orderSql(order, source.row.alias)} limit ${context.settings.maxArrivals}`;
  return jsonArray('j', `(${rows}) q`);
}
