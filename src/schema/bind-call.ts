import { type DirectiveNode, type FieldDefinitionNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import { directive, stringArgument, typeShape, type BindContext, type RowType } from './bind-context.js';
import type { CallField, RowCall } from './bound-schema.js';
import { isBuiltInScalar } from './built-in-sdl.js';
import { quoteName } from './names.js';

/** `@call(function: "why_same")`: the row's key, then the arguments in their order. */
export function bindCall(
  context: BindContext,
  name: string,
  parent: RowType | undefined,
  field: FieldDefinitionNode,
  node: DirectiveNode,
): CallField | undefined {
  const written = stringArgument(node, 'function') ?? '';
  const shape = typeShape(field.type);
  if (shape.list || (!isBuiltInScalar(shape.name) && !context.document.types.has(shape.name))) {
    context.findings.error(
      'SCHEMA_TYPE',
      `${name} calls a function but is not a scalar`,
      field.type,
      'Let the function return jsonb and the field be JSON.',
    );
    return undefined;
  }
  const quoted = resolveFunction(context, name, written, node);
  if (quoted === undefined) return undefined;
  return {
    kind: 'call',
    function: quoted,
    key: parent?.key ?? [],
    arguments: (field.arguments ?? []).map((item) => {
      const type = typeShape(item.type).name;
      return {
        name: item.name.value,
        type,
        // an ID beside a row's key is most likely the key of another row of that type
        ...(type === 'ID' && parent && { globalIdOf: parent.name }),
      };
    }),
    type: shape.name,
    nonNull: shape.nonNull,
  };
}

/** `@one(call: "functions.customers_as_of")`: the field's arguments, but those of `taken`, are the function's. */
export function bindRowCall(
  context: BindContext,
  name: string,
  field: FieldDefinitionNode,
  node: DirectiveNode,
  taken: readonly string[],
): RowCall | undefined {
  const written = stringArgument(node, 'call');
  const quoted = written === undefined ? undefined : resolveFunction(context, name, written, node);
  if (quoted === undefined) return undefined;
  const own = (field.arguments ?? []).filter(
    (item) => !taken.includes(item.name.value) && directive(item.directives, 'where') === undefined,
  );
  return {
    function: quoted,
    arguments: own.map((item) => ({ name: item.name.value, type: typeShape(item.type).name })),
  };
}

function resolveFunction(
  context: BindContext,
  field: string,
  written: string,
  node: DirectiveNode,
): string | undefined {
  const parts = written.split('.');
  const [schema, name] = parts.length === 2 ? parts : [undefined, parts[0]];
  if (parts.length > 2 || name === undefined || parts.some((part) => !/^\w+$/.test(part))) {
    context.findings.error(
      'SCHEMA_FUNCTION',
      `${field} calls "${written}", which is not a function's name`,
      node,
      'Write "why_same" or "unified.why_same".',
    );
    return undefined;
  }
  const { functions } = context.catalog;
  const found = functions?.find(
    (item) => item.name === name && (schema === undefined || item.schema === schema),
  );
  if (functions !== undefined && found === undefined) {
    context.findings.error(
      'SCHEMA_FUNCTION',
      `${field} calls function "${written}", which the database does not have`,
      node,
      didYouMean(
        name,
        functions.map((item) => item.name),
      ) ?? 'Create it in on-run-start.',
    );
    return undefined;
  }
  if (found?.volatility === 'volatile') {
    context.findings.error(
      'SCHEMA_FUNCTION',
      `${field} calls function "${written}", which is VOLATILE: it could read another generation than the rest`,
      node,
      'Create it as STABLE or IMMUTABLE.',
    );
    return undefined;
  }
  const inSchema = schema ?? found?.schema;
  return inSchema === undefined ? quoteName(name) : `${quoteName(inSchema)}.${quoteName(name)}`;
}
