import {
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The one field a subscription asks for, with its arguments; errors where the variables do not fit. */
export function subscriptionField(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly args: Readonly<Record<string, unknown>> } | readonly GraphQLError[] {
  const node = firstField(document, operation.selectionSet);
  const definition = schema.getSubscriptionType()?.getFields()[node?.name.value ?? ''];
  // validation let a single field pass; a document without one says nothing
  if (node === undefined || definition === undefined)
    return [new GraphQLError('A subscription has one field.')];
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 20,
  });
  if (coerced.errors) return coerced.errors.map(badInput);
  try {
    return { name: definition.name, args: getArgumentValues(definition, node, coerced.coerced) };
  } catch (error) {
    if (error instanceof GraphQLError) return [badInput(error)];
    throw error;
  }
}

const badInput = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    ...(error.nodes && { nodes: error.nodes }),
    extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
  });

/** Fragments may hold it; validation has refused cycles. */
function firstField(document: DocumentNode, set: SelectionSetNode): FieldNode | undefined {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentOf(document, selection.name.value);
    const found = inner && firstField(document, inner.selectionSet);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fragmentOf(document: DocumentNode, name: string): FragmentDefinitionNode | undefined {
  return document.definitions.find(
    (node): node is FragmentDefinitionNode =>
      node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name,
  );
}
