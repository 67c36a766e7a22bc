import { Kind, type FieldDefinitionNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import { bindCall } from './bind-call.js';
import {
  columnOf,
  directive,
  stringArgument,
  typeShape,
  type BindContext,
  type RowType,
} from './bind-context.js';
import { bindPreview, isFigure } from './bind-preview.js';
import { bindMany, bindOne } from './bind-relation-field.js';
import type { BoundField, ColumnField, EventField } from './bound-schema.js';
import { isBuiltInScalar } from './built-in-sdl.js';
import { eventModels } from './system-relations.js';
import { snakeCase } from './names.js';
import { canRead, readPgType, scalarOf } from './pg-type.js';

const ties = ['column', 'one', 'many', 'call', 'metrics'];

/** Binds one field of a row type, or of a namespace (`parent` undefined). */
export function bindField(
  context: BindContext,
  typeName: string,
  parent: RowType | undefined,
  field: FieldDefinitionNode,
): BoundField | undefined {
  const name = `${typeName}.${field.name.value}`;
  const written = ties.filter((tie) => directive(field.directives, tie));
  if (written.length > 1) {
    context.findings.error(
      'SCHEMA_DIRECTIVE',
      `${name} is bound twice, by ${written.map((tie) => `@${tie}`).join(' and ')}`,
      field,
      'Keep one of them.',
    );
    return undefined;
  }
  const one = directive(field.directives, 'one');
  if (one) return bindOne(context, name, parent, field, one);
  const many = directive(field.directives, 'many');
  if (many) return bindMany(context, name, parent, field, many);
  const row = parent === undefined && name.startsWith('Subscription.') && rowOfEvent(context, field);
  if (row) return row;
  const call = directive(field.directives, 'call');
  if (call) return bindCall(context, name, parent, field, call);
  const shape = typeShape(field.type);
  if (directive(field.directives, 'metrics')) {
    if (shape.list && shape.name === 'MetricRow') return { kind: 'metrics', type: shape.name };
    context.findings.error(
      'SCHEMA_TYPE',
      `${name} has @metrics but is not a list of MetricRow`,
      field,
      'Write metrics: [MetricRow!]! @metrics.',
    );
    return undefined;
  }
  if (parent === undefined && isFigure(context, typeName, field)) {
    return { kind: 'figure', figure: field.name.value };
  }
  if (parent === undefined) return bindNamespace(context, name, field);
  return bindColumn(context, name, parent, field);
}

/** `runProgress: Run!`, which needs no directive: rows are told as they change. */
function rowOfEvent(context: BindContext, field: FieldDefinitionNode): EventField | undefined {
  const { name, list } = typeShape(field.type);
  const row = context.rows.get(name);
  const known = row !== undefined && eventModels.includes(row.relation.model);
  return known && !list ? { kind: 'event', target: name, model: row.relation.model } : undefined;
}

function bindNamespace(
  context: BindContext,
  name: string,
  field: FieldDefinitionNode,
): BoundField | undefined {
  const shape = typeShape(field.type);
  if (name === 'Query.node' || name === 'Query.nodes') return { kind: shape.list ? 'nodes' : 'node' };
  if (name === 'Query.previewSegment') return bindPreview(context, name, field);
  const type = context.document.types.get(shape.name);
  if (type?.kind === Kind.OBJECT_TYPE_DEFINITION && !context.rows.has(shape.name) && !shape.list) {
    return { kind: 'namespace', type: shape.name };
  }
  context.findings.error(
    'SCHEMA_UNBOUND_FIELD',
    `${name} is bound to nothing`,
    field,
    'Add @one or @many for rows, @call for a function, @metrics for metrics.',
  );
  return undefined;
}

function bindColumn(
  context: BindContext,
  name: string,
  parent: RowType,
  field: FieldDefinitionNode,
): BoundField | undefined {
  const shape = typeShape(field.type);
  const tie = directive(field.directives, 'column');
  const { relation } = parent;
  const type = context.document.types.get(shape.name);
  const isEnum = type?.kind === Kind.ENUM_TYPE_DEFINITION;
  const isScalar = isBuiltInScalar(shape.name) || type?.kind === Kind.SCALAR_TYPE_DEFINITION;
  if (!isEnum && !isScalar) {
    context.findings.error(
      'SCHEMA_UNBOUND_FIELD',
      `${name} is of type ${shape.name}, and nothing says which rows it holds`,
      field,
      shape.list || shape.name.endsWith('Connection') ? 'Add @many(on: […]).' : 'Add @one(on: […]).',
    );
    return undefined;
  }
  if (tie === undefined && field.name.value === 'id' && shape.name === 'ID' && isGlobalId(context, parent)) {
    return { kind: 'id', columns: parent.key };
  }
  const columnName = stringArgument(tie, 'name') ?? snakeCase(field.name.value);
  if (tie === undefined && !Object.hasOwn(relation.columns, columnName)) {
    context.findings.error(
      'SCHEMA_UNBOUND_FIELD',
      `${name} has no column: model "${relation.model}" has no "${columnName}"`,
      field,
      didYouMean(columnName, Object.keys(relation.columns)) ??
        'Name the column by @column(name:), or add it to the model.',
    );
    return undefined;
  }
  const column = columnOf(context, relation, columnName, tie, name);
  if (column === undefined) return undefined;
  const pg = readPgType(column.type);
  if (shape.nested || shape.list !== pg.array || !canRead(shape.name, isEnum, pg.name)) {
    const fitting = scalarOf(pg.name);
    context.findings.error(
      'SCHEMA_TYPE',
      `${name} is ${shape.list ? `[${shape.name}]` : shape.name}, but column "${columnName}" of model "${relation.model}" is ${column.type}`,
      field.type,
      `Declare it ${pg.array ? `[${fitting}!]` : fitting}, or cast the column in its model.`,
    );
    return undefined;
  }
  if (shape.nonNull && !column.notNull) {
    context.findings.warn(
      'SCHEMA_NULLABLE',
      `${name} is never null, but nothing proves that column "${columnName}" of model "${relation.model}" has a value in every row`,
      field.type,
      'Give the column a not_null test, or leave out the "!".',
    );
  }
  if (isEnum) holdEnum(context, name, field, shape.name, column.acceptedValues);
  return columnField(field, shape, columnName, pg.name, column.notNull);
}

function columnField(
  field: FieldDefinitionNode,
  shape: ReturnType<typeof typeShape>,
  column: string,
  pgType: string,
  notNull: boolean,
): ColumnField {
  const piiNode = directive(field.directives, 'pii')?.arguments?.[0]?.value;
  const unit = stringArgument(directive(field.directives, 'unit'), 'code');
  return {
    kind: 'column',
    column,
    type: shape.name,
    pgType,
    array: shape.list,
    itemsNonNull: shape.itemsNonNull,
    nonNull: shape.nonNull,
    notNull,
    ...(piiNode?.kind === Kind.ENUM && { pii: piiNode.value }),
    ...(unit !== undefined && { unit }),
  };
}

/** `id` is the key as a global id, unless the type is no Node and its relation has a column of that name. */
function isGlobalId(context: BindContext, parent: RowType): boolean {
  const type = context.document.types.get(parent.name);
  const isNode = type?.interfaces.includes('Node') ?? false;
  return isNode || !Object.hasOwn(parent.relation.columns, 'id');
}

/** An enum's values are stored in lower case and must equal what the column's tests accept. */
function holdEnum(
  context: BindContext,
  name: string,
  field: FieldDefinitionNode,
  enumName: string,
  accepted: readonly string[] | undefined,
): void {
  if (accepted === undefined) return;
  const stored = (context.document.types.get(enumName)?.values ?? []).map((value) =>
    value.value.toLowerCase(),
  );
  const missing = accepted.filter((value) => !stored.includes(value));
  const extra = stored.filter((value) => !accepted.includes(value));
  if (missing.length > 0) {
    context.findings.error(
      'SCHEMA_ENUM',
      `${name} is ${enumName}, which lacks ${missing.map((value) => `"${value}"`).join(', ')} of the column's accepted values`,
      field.type,
      `Add ${missing.map((value) => value.toUpperCase().replace(/\W+/g, '_')).join(', ')} to enum ${enumName}.`,
    );
  } else if (extra.length > 0) {
    context.findings.warn(
      'SCHEMA_ENUM',
      `enum ${enumName} has ${extra.map((value) => value.toUpperCase()).join(', ')}, which the column of ${name} never holds`,
      field.type,
      'Remove the value, or add it to the accepted_values test.',
    );
  }
}
