import type { FieldNode } from 'graphql';
import type { BoundField, CallField, ColumnField } from '../schema/bound-schema.js';
import { readArguments } from './arguments.js';
import { callArguments, parameterTypes } from './call-arguments.js';
import { collect, type Selected } from './collect.js';
import { emitAggregate } from './emit-aggregate.js';
import { emitConnection } from './emit-connection.js';
import { deeper, type EmitContext, type Row } from './emit-context.js';
import { emitArrivals, emitEvent } from './emit-event.js';
import { emitList } from './emit-list.js';
import { emitNode, emitNodes } from './emit-node.js';
import { jsonObject } from './emit-object.js';
import { emitOne } from './emit-one.js';
import { emitFigure, previewContext } from './emit-preview.js';
import { emitValue, jsonScalar } from './emit-value.js';
import { emitGlobalId } from './emit-id.js';
import { maskOf, maskedSql } from './mask.js';
import { requestError } from './request-error.js';
import { columnSql } from './rows.js';
import { emitServed } from './served-document.js';
import { anyoneOf, subjectOf } from './subjects.js';
import { concatenation, marker, quoteText, sql, text, type Part } from './text-parts.js';

/** A row's JSON; of an abstract type, in the shape that its discriminator names. */
export function emitRow(
  context: EmitContext,
  typeName: string,
  nodes: readonly FieldNode[],
  row: Row,
): readonly Part[] {
  const type = context.bound.types[typeName];
  const served = type?.kind === 'object' ? emitServed(context, typeName, nodes, row) : undefined;
  if (served) return served;
  if (type?.kind !== 'abstract') return emitObject(context, typeName, nodes, row, 0);
  const discriminator = columnSql(row.alias, type.discriminator);
  const cases = Object.entries(type.variants).map(([value, variant], index) => {
    const shape = concatenation(emitObject(context, variant, nodes, row, index + 1));
    return `when ${quoteText(value)} then ${shape}`;
  });
  context.builder.needles.add(marker);
  const unknown = `${quoteText(`"${marker}`)}||coalesce(substr(${jsonScalar(`${discriminator}::text`, context.builder)},2),'"')`;
  return [sql(`(case ${discriminator} ${cases.join(' ')} else ${unknown} end)`)];
}

function emitObject(
  context: EmitContext,
  typeName: string,
  nodes: readonly FieldNode[],
  row: Row | undefined,
  tag: number,
): readonly Part[] {
  const selected = collect(context, typeName, nodes);
  const [brace, ...rest] = jsonObject(
    selected.map((item) => [item.key, emitField(context, typeName, item, row)]),
    tag,
  );
  return brace === undefined ? [] : [brace, ...subjectOf(context, typeName, row, selected), ...rest];
}

/** A field of Query or Subscription. */
export const emitRootField = (context: EmitContext, root: string, item: Selected): readonly Part[] =>
  emitField(context, root, item, undefined);

function emitField(
  context: EmitContext,
  typeName: string,
  item: Selected,
  row: Row | undefined,
): readonly Part[] {
  if (item.name === '__typename') return [text(`"${typeName}"`)];
  const field: BoundField | undefined = context.bound.types[typeName]?.fields[item.name];
  const { site } = item;
  if (site === undefined || field === undefined) throw new Error(`${typeName}.${item.name} is not bound`);
  switch (field.kind) {
    case 'column':
      return row ? emitColumn(context, field, row, site.node) : [];
    case 'id':
      return row ? emitGlobalId(context, row, typeName) : [];
    case 'one':
      return emitOne(context, field, site, row);
    case 'event':
      return emitEvent(context, field, site);
    case 'many':
      if (typeName === 'Subscription') return emitArrivals(context, field, site);
      return field.shape === 'list'
        ? emitList(context, field, site, row)
        : emitConnection(context, field, site, row);
    case 'aggregate':
      return emitAggregate(context, field, site, row);
    case 'call':
      return row
        ? emitCall(context, field, item, row)
        : [...anyoneOf(context, typeName, [item.name]), ...emitCall(context, field, item, row)];
    case 'namespace':
      return emitObject(deeper(context, site.node), field.type, item.nodes, undefined, 0);
    case 'preview':
      return emitObject(previewContext(context, field, site), field.type, item.nodes, undefined, 0);
    case 'figure':
      return emitFigure(context, field);
    case 'node':
      return emitNode(context, site);
    case 'nodes':
      return emitNodes(context, site);
    case 'metrics':
      return context.emitMetrics(context, site);
  }
}

function emitColumn(context: EmitContext, field: ColumnField, row: Row, node: FieldNode): readonly Part[] {
  holdSql(context, field, row, node);
  const mask = maskOf(context, field);
  const column = columnSql(row.alias, field.column);
  if (mask !== undefined) {
    // a masked value is text, whatever the column; what cannot be text is not shown
    if (mask === 'null' || field.array || !maskable.has(field.type)) {
      if (!field.nonNull) return [text('null')];
      throw requestError(
        'QUERY_FORBIDDEN',
        `the caller's role may not see the column "${field.column}" of "${row.relation.model}"`,
        { node, hint: 'Leave the field out; its type has no null that could stand for it.' },
      );
    }
    return emitValue(
      maskedSql(column, mask),
      { ...field, type: 'String', pgType: 'text', nonNull: false, notNull: false },
      context.builder,
    );
  }
  const stored = context.bound.enums[field.type];
  const acceptedValues = row.relation.columns[field.column]?.acceptedValues;
  return emitValue(
    column,
    { ...field, ...(stored && { stored }), ...(acceptedValues && { acceptedValues }) },
    context.builder,
  );
}

/** Types that a masked text can be a value of. */
const maskable = new Set(['String', 'ID', 'EmailAddress', 'PhoneNumber']);

/** The SQL behind a metric shows how tables are made, which is for who operates the warehouse. */
function holdSql(context: EmitContext, field: ColumnField, row: Row, node: FieldNode): void {
  const isSql = field.column === 'sql' && row.relation.model === 'thau.metrics';
  if (!isSql || context.role === undefined || context.role.mayOperate) return;
  throw requestError('QUERY_FORBIDDEN', "the caller's role may not read SQL", { node });
}

function emitCall(
  context: EmitContext,
  field: CallField,
  item: Selected,
  row: Row | undefined,
): readonly Part[] {
  if (!item.site) return [];
  const { role } = context;
  if (role && (role.rowFilters.length > 0 || Object.keys(role.masks).length > 0)) {
    // a function reads what it likes
    throw requestError(
      'QUERY_FORBIDDEN',
      `the caller's role sees part of the data alone, and "${item.name}" is computed by a function from all of it`,
      { node: item.site.node },
    );
  }
  const given = readArguments(item.site.definition, item.site.node, context.inputs);
  const values = callArguments(context, field.arguments, given, row);
  const key = row ? field.key.map((column) => columnSql(row.alias, column)) : [];
  const pgType = field.type === 'JSON' ? 'jsonb' : (parameterTypes[field.type] ?? 'text');
  const call = `${field.function}(${[...key, ...values].join(',')})`;
  // a result of another type than the SDL says is cast, or refused by PostgreSQL
  return emitValue(
    `(${call})::${pgType}`,
    { type: field.type, pgType, array: false, itemsNonNull: false, nonNull: field.nonNull, notNull: false },
    context.builder,
  );
}
