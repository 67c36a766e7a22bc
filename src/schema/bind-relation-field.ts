import { Kind, type DirectiveNode, type FieldDefinitionNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import { directive, stringArgument, typeShape, type BindContext, type RowType } from './bind-context.js';
import { bindRowCall } from './bind-call.js';
import { bindJoin, bindOrder, bindVia, bindWhere } from './bind-joins.js';
import { bindLookup, bindLookups } from './bind-lookups.js';
import type { Join, ManyField, OneField, ViaJoin } from './bound-schema.js';

export function bindOne(
  context: BindContext,
  name: string,
  parent: RowType | undefined,
  field: FieldDefinitionNode,
  node: DirectiveNode,
): OneField | undefined {
  const shape = typeShape(field.type);
  if (shape.list || shape.name.endsWith('Connection')) {
    context.findings.error('SCHEMA_TYPE', `${name} has @one but is a list`, field.type, 'Write @many.');
    return undefined;
  }
  const target = targetOf(context, name, shape.name, node, field);
  if (target === undefined) return undefined;
  const on = bindJoin(context, parent, target, node, name);
  if (on === undefined) return undefined;
  const byArgument = field.arguments?.find(
    (item) =>
      directive(item.directives, 'where') === undefined &&
      directive(context.document.types.get(typeShape(item.type).name)?.directives, 'oneOf') !== undefined,
  );
  const lookups = byArgument
    ? bindLookups(context, target, typeShape(byArgument.type).name, name)
    : undefined;
  const idArguments = (field.arguments ?? []).filter(
    (item) =>
      item.name.value === 'id' &&
      typeShape(item.type).name === 'ID' &&
      directive(item.directives, 'where') === undefined,
  );
  const taken = [
    ...(byArgument ? [byArgument.name.value] : []),
    ...idArguments.map((item) => item.name.value),
  ];
  const call = bindRowCall(context, name, field, node, taken);
  return {
    kind: 'one',
    target: target.name,
    on,
    nonNull: shape.nonNull,
    where: bindWhere(context, target, field, name, [
      ...taken,
      ...(call?.arguments ?? []).map((item) => item.name),
    ]),
    ...(call && { call }),
    ...(byArgument && lookups && { by: { argument: byArgument.name.value, lookups } }),
    keyArguments: idArguments.flatMap((item) => {
      const lookup = bindLookup(context, target, 'id', 'ID', item, name);
      return lookup ? [{ argument: item.name.value, lookup }] : [];
    }),
  };
}

const pageArguments = ['first', 'last', 'before', 'after', 'filter', 'orderBy'] as const;
const listArguments = ['first', 'filter', 'orderBy'] as const;

export function bindMany(
  context: BindContext,
  name: string,
  parent: RowType | undefined,
  field: FieldDefinitionNode,
  node: DirectiveNode,
): ManyField | undefined {
  const shape = typeShape(field.type);
  const connection = !shape.list && shape.name.endsWith('Connection');
  if (!shape.list && !connection) {
    context.findings.error(
      'SCHEMA_TYPE',
      `${name} has @many but is neither a list nor a connection`,
      field.type,
      `Write [${shape.name}!]! or ${shape.name}Connection!, or @one.`,
    );
    return undefined;
  }
  const itemName = connection ? shape.name.slice(0, -'Connection'.length) : shape.name;
  const target = targetOf(context, name, itemName, node, field);
  if (target === undefined) return undefined;
  const via = bindVia(context, parent, target, node, name);
  const hasVia = node.arguments?.some((item) => item.name.value === 'via') ?? false;
  const on: readonly Join[] | undefined = hasVia ? [] : bindJoin(context, parent, target, node, name);
  if (on === undefined || (hasVia && via === undefined)) return undefined;
  // an argument the SDL ties to a column by @where is the project's own, whatever its name
  const own = (field.arguments ?? [])
    .filter((item) => directive(item.directives, 'where') !== undefined)
    .map((item) => item.name.value);
  const generated = (connection ? pageArguments : listArguments).filter((item) => !own.includes(item));
  return {
    kind: 'many',
    shape: connection ? 'connection' : 'list',
    target: target.name,
    on,
    ...(via && { via: via satisfies ViaJoin }),
    order: bindOrder(context, target, node, name),
    where: bindWhere(context, target, field, name, generated),
    arguments: generated,
  };
}

/** The row type at the field's other end, held against `to`. */
function targetOf(
  context: BindContext,
  name: string,
  typeName: string,
  node: DirectiveNode,
  field: FieldDefinitionNode,
): RowType | undefined {
  const target = context.rows.get(typeName);
  const to = stringArgument(node, 'to');
  if (target === undefined) {
    const declared = context.document.types.get(typeName);
    // a type whose own binding failed has been reported already
    if (declared && directive(declared.directives, 'relation')) return undefined;
    context.findings.error(
      declared ? 'SCHEMA_UNBOUND_TYPE' : 'SCHEMA_UNKNOWN_TYPE',
      declared
        ? `${name} holds ${typeName}, which is bound to no model`
        : `${name} holds ${typeName}, which no file declares`,
      field.type,
      declared
        ? `Add @relation(model: …, key: […]) to ${declared.kind === Kind.OBJECT_TYPE_DEFINITION ? 'type' : 'interface'} ${typeName}.`
        : didYouMean(typeName, context.rows.keys()),
    );
    return undefined;
  }
  if (to !== undefined && to !== target.relation.model) {
    const relation = context.relations.get(to);
    if (relation === undefined) {
      context.findings.error(
        'SCHEMA_UNKNOWN_MODEL',
        `${name} goes to model "${to}", which is not published`,
        node,
        didYouMean(to, context.relations.keys()),
      );
    } else {
      context.findings.error(
        'SCHEMA_JOIN',
        `${name} goes to model "${to}", but its type ${typeName} comes from "${target.relation.model}"`,
        node,
        'Leave out "to", or declare a type for that model.',
      );
    }
    return undefined;
  }
  return target;
}
