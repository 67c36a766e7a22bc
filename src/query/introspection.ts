import { execute, Kind, type DocumentNode, type GraphQLSchema, type SelectionNode } from 'graphql';
import type { OperationFacts } from './operation-facts.js';

export const isIntrospection = (field: string): boolean => field === '__schema' || field === '__type';

/** The JSON of an introspection field under its response key, as graphql-js answers it. */
export function answerIntrospection(
  schema: GraphQLSchema,
  facts: OperationFacts,
  variables: Readonly<Record<string, unknown>>,
  key: string,
): string {
  const kept = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.flatMap((node): SelectionNode[] => {
      if (node.kind === Kind.FIELD) {
        return isIntrospection(node.name.value) && (node.alias ?? node.name).value === key ? [node] : [];
      }
      if (node.kind === Kind.INLINE_FRAGMENT) {
        return [
          { ...node, selectionSet: { ...node.selectionSet, selections: kept(node.selectionSet.selections) } },
        ];
      }
      const fragment = facts.fragments[node.name.value];
      if (!fragment) return [];
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          directives: node.directives ?? [],
          selectionSet: { ...fragment.selectionSet, selections: kept(fragment.selectionSet.selections) },
        },
      ];
    });
  const { operation } = facts;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        selectionSet: { ...operation.selectionSet, selections: kept(operation.selectionSet.selections) },
      },
      ...Object.values(facts.fragments),
    ],
  };
  const result = execute({ schema, document, variableValues: variables });
  if (result instanceof Promise) throw new Error('introspection is synchronous');
  return JSON.stringify(result.data?.[key] ?? null);
}
