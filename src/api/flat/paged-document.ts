import {
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type OperationDefinitionNode,
} from 'graphql';

/** The page's arguments that a request can give, with the type of each. */
const types = { first: 'Int', after: 'String' } as const;
type PageArgument = keyof typeof types;

/**
 * The document with `$first` and `$after` for the root field where it takes them and the author said nothing of pages:
 * so every list has `_limit`, and every connection `_after`.
 */
export function withPages(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  field: FieldNode,
  definition: Pick<GraphQLField<unknown, unknown>, 'args'>,
): DocumentNode {
  const said = new Set([
    ...(field.arguments ?? []).map(({ name }) => name.value),
    ...(operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value),
  ]);
  const backwards = said.has('last') || said.has('before');
  const missing = (Object.keys(types) as PageArgument[]).filter(
    (name) => !backwards && !said.has(name) && definition.args.some((argument) => argument.name === name),
  );
  if (missing.length === 0) return document;
  const variable = (value: string) => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } }) as const;
  return visit(document, {
    OperationDefinition: (node) =>
      node === operation
        ? {
            ...node,
            variableDefinitions: [
              ...(node.variableDefinitions ?? []),
              ...missing.map(
                (name) =>
                  ({
                    kind: Kind.VARIABLE_DEFINITION,
                    variable: variable(name),
                    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: types[name] } },
                  }) as const,
              ),
            ],
            selectionSet: {
              ...node.selectionSet,
              selections: node.selectionSet.selections.map((selection) =>
                selection === field
                  ? {
                      ...field,
                      arguments: [
                        ...(field.arguments ?? []),
                        ...missing.map(
                          (name) =>
                            ({
                              kind: Kind.ARGUMENT,
                              name: { kind: Kind.NAME, value: name },
                              value: variable(name),
                            }) as const,
                        ),
                      ],
                    }
                  : selection,
              ),
            },
          }
        : undefined,
  });
}
