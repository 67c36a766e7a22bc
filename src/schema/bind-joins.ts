import { Kind, type DirectiveNode, type FieldDefinitionNode, type StringValueNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import {
  argument,
  columnOf,
  directive,
  strings,
  stringsArgument,
  type BindContext,
  type RowType,
} from './bind-context.js';
import type { BoundRelation, Join, OrderTerm, ViaJoin, WhereArgument } from './bound-schema.js';
import { snakeCase } from './names.js';

/** The columns that tie a row to the rows of a field; undefined when a finding was made. */
export function bindJoin(
  context: BindContext,
  parent: RowType | undefined,
  target: RowType,
  node: DirectiveNode,
  field: string,
): readonly Join[] | undefined {
  const on = stringsArgument(node, 'on');
  if (parent === undefined) {
    if (on !== undefined && on.length > 0) {
      context.findings.error('SCHEMA_JOIN', `${field} has no row to join from`, node, 'Leave out "on".');
      return undefined;
    }
    return [];
  }
  if (on !== undefined) return readJoins(context, on, parent.relation, target.relation, field);
  // unwritten: the key of one side stands in the other
  const key = node.name.value === 'one' ? target.key : parent.key;
  const [here, there] = [parent.relation, target.relation];
  if (key.every((column) => Object.hasOwn(here.columns, column) && Object.hasOwn(there.columns, column))) {
    return key.map((column) => ({ from: column, to: column }));
  }
  context.findings.error(
    'SCHEMA_JOIN',
    `${field} does not say how "${here.model}" is joined to "${there.model}", and they do not share the key (${key.join(', ')})`,
    node,
    'Add on: ["<column here> = <column there>"].',
  );
  return undefined;
}

/** `["customer_id", "last_order_id = order_id"]`. */
function readJoins(
  context: BindContext,
  on: readonly StringValueNode[],
  here: BoundRelation,
  there: BoundRelation,
  field: string,
): readonly Join[] | undefined {
  const joins: Join[] = [];
  for (const item of on) {
    const match = /^\s*(\w+)\s*(?:=\s*(\w+)\s*)?$/.exec(item.value);
    if (!match?.[1]) {
      context.findings.error(
        'SCHEMA_JOIN',
        `${field} joins on "${item.value}", which is not a column or "column = column"`,
        item,
        'Write "customer_id", or "last_order_id = order_id" with this side first.',
      );
      continue;
    }
    const join = { from: match[1], to: match[2] ?? match[1] };
    const from = columnOf(context, here, join.from, item, field);
    const to = columnOf(context, there, join.to, item, field);
    if (from && to && !comparable(from.type, to.type)) {
      context.findings.error(
        'SCHEMA_JOIN',
        `${field} joins ${here.model}.${join.from} (${from.type}) to ${there.model}.${join.to} (${to.type}), which PostgreSQL cannot compare`,
        item,
        'Cast one of them in its model.',
      );
    } else if (from && to) joins.push(join);
  }
  return joins.length === on.length ? joins : undefined;
}

const families = [
  ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'],
  ['text', 'character varying', 'character', 'name'],
  ['date', 'timestamp with time zone', 'timestamp without time zone'],
];

const comparable = (a: string, b: string): boolean =>
  a === b || families.some((family) => family.includes(a) && family.includes(b));

export function bindVia(
  context: BindContext,
  parent: RowType | undefined,
  target: RowType,
  node: DirectiveNode,
  field: string,
): ViaJoin | undefined {
  const value = argument(node, 'via');
  if (value?.kind !== Kind.OBJECT) return undefined;
  const part = (name: string) => value.fields.find((item) => item.name.value === name)?.value;
  const modelNode = part('model');
  const model = modelNode?.kind === Kind.STRING ? modelNode.value : '';
  const relation = context.relations.get(model);
  if (relation === undefined || parent === undefined) {
    context.findings.error(
      'SCHEMA_UNKNOWN_MODEL',
      parent === undefined
        ? `${field} has no row to go via "${model}" from`
        : `${field} goes via model "${model}", which is not published`,
      modelNode ?? node,
      didYouMean(model, context.relations.keys()),
    );
    return undefined;
  }
  const from = readJoins(context, strings(part('from') ?? value), parent.relation, relation, field);
  const to = readJoins(context, strings(part('to') ?? value), relation, target.relation, field);
  if (!from || !to) return undefined;
  const where = part('where');
  return { model, from, to, ...(where?.kind === Kind.STRING && { where: where.value }) };
}

/** `["ordered_at desc", "name"]`, as written in `@many(order:)`. */
export function bindOrder(
  context: BindContext,
  target: RowType,
  node: DirectiveNode,
  field: string,
): readonly OrderTerm[] {
  const terms: OrderTerm[] = [];
  for (const item of stringsArgument(node, 'order') ?? []) {
    const match = /^\s*(\w+)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$/i.exec(item.value);
    if (!match?.[1]) {
      context.findings.error(
        'SCHEMA_ORDER',
        `${field} is ordered by "${item.value}", which is not a column with asc or desc`,
        item,
        'Write "ordered_at desc" or "name nulls first".',
      );
      continue;
    }
    if (!columnOf(context, target.relation, match[1], item, field)) continue;
    const descending = match[2]?.toLowerCase() === 'desc';
    const nulls = match[3]?.toLowerCase();
    terms.push({
      column: match[1],
      descending,
      nullsFirst: nulls === undefined ? descending : nulls === 'first',
    });
  }
  return terms;
}

/** Arguments that compare with a column: by `@where`, or by bearing the column's name. */
export function bindWhere(
  context: BindContext,
  target: RowType,
  field: FieldDefinitionNode,
  name: string,
  taken: readonly string[],
): readonly WhereArgument[] {
  const bound: WhereArgument[] = [];
  for (const item of field.arguments ?? []) {
    if (taken.includes(item.name.value)) continue;
    const node = directive(item.directives, 'where');
    const written = argument(node, 'column');
    const column = written?.kind === Kind.STRING ? written.value : snakeCase(item.name.value);
    const opNode = argument(node, 'op');
    const op = (opNode?.kind === Kind.ENUM ? opNode.value : 'EQ') as WhereArgument['op'];
    if (!Object.hasOwn(target.relation.columns, column)) {
      context.findings.error(
        'SCHEMA_UNKNOWN_COLUMN',
        `argument ${item.name.value} of ${name} compares with column "${column}", which model "${target.relation.model}" does not have`,
        item,
        didYouMean(column, Object.keys(target.relation.columns)) ?? 'Name the column by @where(column:).',
      );
      continue;
    }
    const isList =
      (item.type.kind === Kind.NON_NULL_TYPE ? item.type.type : item.type).kind === Kind.LIST_TYPE;
    if (isList !== (op === 'IN')) {
      context.findings.error(
        'SCHEMA_TYPE',
        `argument ${item.name.value} of ${name} is ${isList ? 'a list' : 'not a list'}, but its op is ${op}`,
        item,
        isList ? 'Write @where(op: IN).' : 'Make the argument a list, [String!].',
      );
      continue;
    }
    const isText = target.relation.columns[column]?.type === 'tsvector';
    if (isText !== (op === 'SEARCH')) {
      context.findings.error(
        'SCHEMA_TYPE',
        `argument ${item.name.value} of ${name} compares with column "${column}" (${target.relation.columns[column]?.type ?? ''}) by ${op}`,
        item,
        isText ? 'Write @where(op: SEARCH).' : 'SEARCH is for columns of the type tsvector.',
      );
      continue;
    }
    bound.push({
      argument: item.name.value,
      column,
      op,
      pgType: target.relation.columns[column]?.type ?? 'text',
    });
  }
  return bound;
}
