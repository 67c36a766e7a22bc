import {
  coerceInputValue,
  getVariableValues,
  isInputType,
  isNonNullType,
  typeFromAST,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';

export type Coerced =
  | { readonly coerced: Record<string, unknown>; readonly errors?: undefined }
  | { readonly errors: readonly GraphQLError[]; readonly coerced?: undefined };

interface Definition {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Left out, it has a default or is at fault: graphql-js decides. */
  readonly needed: boolean;
}

/**
 * Coerces variables as graphql-js' `getVariableValues` does, whose answer is the reference: here the types are looked up
 * once per operation, and whatever is at fault, or takes a default, is handed to it.
 */
export function variableReader(
  schema: GraphQLSchema,
  nodes: readonly VariableDefinitionNode[],
): (given: Readonly<Record<string, unknown>>) => Coerced {
  const reference = (given: Readonly<Record<string, unknown>>): Coerced =>
    getVariableValues(schema, nodes, given, { maxErrors: 20 });
  const definitions: Definition[] = [];
  for (const node of nodes) {
    const type = typeFromAST(schema, node.type);
    if (!isInputType(type)) return reference;
    const needed = node.defaultValue !== undefined || isNonNullType(type);
    definitions.push({ name: node.variable.name.value, type, needed });
  }
  return (given) => {
    const coerced: Record<string, unknown> = {};
    let faults = 0;
    const onError = (): void => {
      faults += 1;
    };
    for (const { name, type, needed } of definitions) {
      if (Object.hasOwn(given, name)) coerced[name] = coerceInputValue(given[name], type, onError);
      else if (needed) return reference(given);
      if (faults > 0) return reference(given);
    }
    return { coerced };
  };
}
