import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionNode,
} from 'graphql';

/**
 * A subscription is one field, whatever its variables: `@skip` and `@include` at its root are refused, as GraphQL's
 * specification does since 2025 (https://spec.graphql.org/draft/#sec-Single-Root-Field). graphql-js 16 evaluates them while it
 * validates, without variables, and throws.
 */
export function conditionalSubscription(document: DocumentNode): GraphQLError | undefined {
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const seen = new Set<string>();
  const conditional = (selections: readonly SelectionNode[]): SelectionNode | undefined => {
    for (const selection of selections) {
      const isConditional = selection.directives?.some(({ name }) => /^(skip|include)$/.test(name.value));
      if (isConditional) return selection;
      if (selection.kind === Kind.FIELD) continue;
      const found =
        selection.kind === Kind.INLINE_FRAGMENT
          ? conditional(selection.selectionSet.selections)
          : ofFragment(selection.name.value);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const ofFragment = (name: string): SelectionNode | undefined => {
    if (seen.has(name)) return undefined;
    seen.add(name);
    return conditional(fragments.get(name)?.selectionSet.selections ?? []);
  };
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION || node.operation !== OperationTypeNode.SUBSCRIPTION)
      continue;
    seen.clear();
    const found = conditional(node.selectionSet.selections);
    if (found === undefined) continue;
    return new GraphQLError('The root field of a subscription takes no @skip or @include.', {
      nodes: [found],
      extensions: {
        code: 'GRAPHQL_VALIDATION_FAILED',
        http: { status: 400, headers: new Map<string, string>() },
      },
    });
  }
  return undefined;
}
