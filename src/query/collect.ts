import { GraphQLObjectType, type FieldNode } from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import type { EmitContext, FieldSite } from './emit-context.js';
import { requestError } from './request-error.js';

/** A response key, and the field that stands under it, wherever in the selection it is written. */
export interface Selected {
  readonly key: string;
  readonly name: string;
  readonly site: FieldSite | undefined;
  readonly nodes: readonly FieldNode[];
}

/**
 * What a selection asks of an object type, exactly as graphql-js collects it: fragments spread, `@skip` and `@include`
 * applied, repeated keys merged, in the order of first mention.
 */
export function collect(
  context: EmitContext,
  typeName: string,
  nodes: readonly FieldNode[],
): readonly Selected[] {
  const type = context.schema.getType(typeName);
  if (!(type instanceof GraphQLObjectType)) throw new Error(`${typeName} is no object type`);
  const grouped = collectSubfields(context.schema, context.fragments, context.inputs.variables, type, nodes);
  const fields = type.getFields();
  const selected: Selected[] = [];
  for (const [key, found] of grouped) {
    const [node] = found;
    if (node === undefined) continue;
    context.size.fields += 1;
    if (context.size.fields > context.settings.maxFields) {
      throw requestError(
        'QUERY_TOO_LARGE',
        `the request selects more than ${context.settings.maxFields} fields`,
        {
          node,
        },
      );
    }
    const name = node.name.value;
    const definition = fields[name];
    selected.push({ key, name, nodes: found, site: definition && { nodes: found, node, definition } });
  }
  return selected;
}
