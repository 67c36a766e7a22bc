import type { Lookup, OneField } from '../schema/bound-schema.js';
import { readArguments, type Argument } from './arguments.js';
import { comparand } from './bind-value.js';
import { callArguments } from './call-arguments.js';
import { deeper, relationOf, type EmitContext, type FieldSite, type Row } from './emit-context.js';
import { nullMark } from './emit-value.js';
import { currentKey, lookupByKey, whereArgument } from './filter.js';
import { assertUnmasked } from './mask.js';
import { isUnique, orderSql, sortColumns } from './order.js';
import { columnSql, plainName, rowConditions, rowsOf, whereSql } from './rows.js';
import { concatenation, marker, quoteText, sql, type Part } from './text-parts.js';

/** One row's JSON, or null. */
export function emitOne(
  context: EmitContext,
  field: OneField,
  site: FieldSite,
  parent: Row | undefined,
): readonly Part[] {
  const given = readArguments(site.definition, site.node, context.inputs);
  const source = rowsOf(context, field.target, parent, field.on, field.via);
  const { row } = source;
  const where = [...source.where];
  const equal = field.on.map((join) => join.to);
  let byKey = false;
  for (const bound of field.where) {
    const argument = given.get(bound.argument);
    const condition = argument && whereArgument(context, row, bound, argument);
    if (condition === undefined) continue;
    where.push(condition);
    if (bound.op === 'EQ') equal.push(bound.column);
  }
  for (const { argument } of field.keyArguments) {
    const id = given.get(argument);
    if (id?.kind !== 'leaf') continue;
    where.push(lookupByKey(context, row, id));
    byKey = true;
  }
  const by = field.by && given.get(field.by.argument);
  if (by?.kind === 'object') {
    for (const [name, argument] of by.fields) {
      const lookup = field.by?.lookups[name];
      if (!lookup || argument.kind !== 'leaf') continue;
      where.push(lookupCondition(context, row, lookup, argument, name));
      byKey ||= lookup.kind === 'key';
    }
  }
  const item = concatenation(context.emitRow(deeper(context, site.node), field.target, site.nodes, row));
  const order = sortColumns(context, row, { order: [] }, undefined);
  // a key names one row at most; anything else takes the first by key
  const first =
    byKey || isUnique(row.relation, equal) ? '' : ` order by ${orderSql(order, row.alias)} limit 1`;
  if (field.nonNull) context.builder.needles.add(marker);
  const from = field.call
    ? `${field.call.function}(${callArguments(context, field.call.arguments, given).join(',')}) ${row.alias}`
    : source.from;
  return [
    sql(
      `coalesce((select ${item} from ${from}${whereSql(where)}${first}),${field.nonNull ? quoteText(nullMark) : "'null'"})`,
    ),
  ];
}

function lookupCondition(
  context: EmitContext,
  row: Row,
  lookup: Lookup,
  argument: Extract<Argument, { kind: 'leaf' }>,
  name: string,
): string {
  if (lookup.kind === 'key') return lookupByKey(context, row, argument);
  const own = lookup.column;
  const field = Object.values(row.type.fields).find((item) => item.kind === 'column' && item.column === own);
  if (field?.kind === 'column') assertUnmasked(context, field, 'look up by', name);
  if (lookup.kind === 'column') {
    const moved = row.type.kind === 'object' ? row.type.moved : undefined;
    if (moved !== undefined && row.type.key[0] === lookup.column) {
      return `${columnSql(row.alias, lookup.column)}=${currentKey(context, row, moved, lookup.column, argument.read)}`;
    }
    const value = comparand(context.builder, argument.read, lookup.type, lookup.pgType);
    return `${columnSql(row.alias, lookup.column)}=${value}`;
  }
  const relation = relationOf(context, lookup.model);
  const alias = context.builder.alias();
  const value = comparand(context.builder, argument.read, 'String', 'text');
  const conditions = [
    `${columnSql(alias, lookup.valueColumn)}=${value}`,
    ...rowConditions(context, relation, alias),
  ];
  const kind = columnSql(alias, lookup.typeColumn);
  conditions.push(
    lookup.types.length === 0
      ? `${kind} not in ('email','phone')`
      : `${kind}=${lookup.types.map(quoteText).join(` or ${kind}=`)}`,
  );
  // a single key column lets the index of identifiers drive the lookup
  const [join] = lookup.on;
  if (lookup.on.length === 1 && join) {
    return `${columnSql(row.alias, join.from)}=(select ${alias}.${plainName(join.to)} from ${relation.from} ${alias}${whereSql(conditions)} order by 1 limit 1)`;
  }
  const match = lookup.on.map((item) => `${columnSql(alias, item.to)}=${columnSql(row.alias, item.from)}`);
  return `exists(select 1 from ${relation.from} ${alias}${whereSql([...match, ...conditions])})`;
}
