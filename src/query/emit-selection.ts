import type { FieldNode } from 'graphql';
import type { BoundField, CallField, ColumnField } from '../schema/bound-schema.js';
import { readArguments } from './arguments.js';
import { comparand } from './bind-value.js';
import { collect, type Selected } from './collect.js';
import { emitAggregate } from './emit-aggregate.js';
import { emitConnection } from './emit-connection.js';
import { deeper, type EmitContext, type Row } from './emit-context.js';
import { emitList } from './emit-list.js';
import { emitNode, emitNodes } from './emit-node.js';
import { jsonObject } from './emit-object.js';
import { emitOne } from './emit-one.js';
import { emitValue } from './emit-value.js';
import { emitGlobalId } from './emit-id.js';
import { keyColumnReader } from './global-id.js';
import { maskOf, maskedSql } from './mask.js';
import { columnSql } from './rows.js';
import { concatenation, marker, quoteText, sql, text, type Part } from './text-parts.js';

/** A row's JSON; of an abstract type, in the shape that its discriminator names. */
export function emitRow(
  context: EmitContext,
  typeName: string,
  nodes: readonly FieldNode[],
  row: Row,
): readonly Part[] {
  const type = context.bound.types[typeName];
  if (type?.kind !== 'abstract') return emitObject(context, typeName, nodes, row, 0);
  const discriminator = columnSql(row.alias, type.discriminator);
  const cases = Object.entries(type.variants).map(([value, variant], index) => {
    const shape = concatenation(emitObject(context, variant, nodes, row, index + 1));
    return `when ${quoteText(value)} then ${shape}`;
  });
  context.builder.needles.add(marker);
  const unknown = `${quoteText(`"${marker}`)}||coalesce(substr(to_json(${discriminator}::text)::text,2),'"')`;
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
  return jsonObject(
    selected.map((item) => [item.key, emitField(context, typeName, item, row)]),
    tag,
  );
}

/** A field of Query. */
export const emitRootField = (context: EmitContext, item: Selected): readonly Part[] =>
  emitField(context, 'Query', item, undefined);

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
      return row ? emitColumn(context, field, row) : [];
    case 'id':
      return row ? emitGlobalId(context, row, typeName) : [];
    case 'one':
      return emitOne(context, field, site, row);
    case 'many':
      return field.shape === 'list'
        ? emitList(context, field, site, row)
        : emitConnection(context, field, site, row);
    case 'aggregate':
      return emitAggregate(context, field, site, row);
    case 'call':
      return emitCall(context, field, item, row);
    case 'namespace':
      return emitObject(deeper(context, site.node), field.type, item.nodes, undefined, 0);
    case 'node':
      return emitNode(context, site);
    case 'nodes':
      return emitNodes(context, site);
    case 'metrics':
      return context.emitMetrics(context, site);
  }
}

function emitColumn(context: EmitContext, field: ColumnField, row: Row): readonly Part[] {
  const mask = maskOf(context, field);
  const column = columnSql(row.alias, field.column);
  if (mask !== undefined) {
    // a masked value is text, whatever the column; what cannot be text is not shown
    const shown = field.type === 'Date' || field.array || mask === 'null' ? 'null' : undefined;
    if (shown !== undefined) return [text(shown)];
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

function emitCall(
  context: EmitContext,
  field: CallField,
  item: Selected,
  row: Row | undefined,
): readonly Part[] {
  if (!item.site) return [];
  const given = readArguments(item.site.definition, item.site.node, context.inputs);
  const values = field.arguments.map((declared) => {
    const argument = given.get(declared.name);
    if (argument?.kind !== 'leaf') return 'null';
    if (declared.globalIdOf !== undefined && row?.type.key.length === 1) {
      const pgType = row.relation.columns[row.type.key[0] ?? '']?.type ?? 'text';
      const read = keyColumnReader(argument, [declared.globalIdOf], 0, 1);
      return comparand(context.builder, read, 'ID', pgType);
    }
    return comparand(context.builder, argument.read, declared.type, parameterTypes[declared.type] ?? 'text');
  });
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

const parameterTypes: Readonly<Record<string, string>> = {
  Int: 'integer',
  Float: 'double precision',
  Boolean: 'boolean',
  Decimal: 'numeric',
  BigInt: 'bigint',
  DateTime: 'timestamp with time zone',
  Date: 'date',
  JSON: 'jsonb',
};
