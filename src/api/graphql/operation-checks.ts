import type { ApolloServerPlugin } from '@apollo/server';
import { BREAK, OperationTypeNode, print, visit, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../http/request-context.js';
import { graphqlFault } from './graphql-fault.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';

export interface OperationCheckOptions {
  /** Whether the schema may be read through the API. */
  readonly introspection: boolean;
  /** What answers by a schema: the operations that passed are kept there. */
  readonly generation: (schema: GraphQLSchema) => LoadedGeneration | undefined;
}

/**
 * What is checked when the operation is known, on every request: Apollo's store of documents is keyed by their text
 * alone, so a validation rule that depends on who asks would pass for the next who asks. Queries that pass are
 * remembered for the lean path; those that read the schema are rare and take the long way each time.
 */
export function operationChecks(options: OperationCheckOptions): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: (request) => {
          const { operation, document, source } = request;
          const introspects = readsSchema(document);
          if (introspects && !options.introspection) {
            const fault = graphqlFault('FORBIDDEN', 'The schema is not shown through the API.', {
              status: 403,
            });
            return Promise.reject(fault);
          }
          const { operations } = request.contextValue.access;
          const trusted = options.generation(request.schema)?.operations;
          if (operations !== undefined && !isTrusted(document, operations, trusted)) {
            const fault = graphqlFault('FORBIDDEN', 'The role may ask its trusted operations alone.', {
              status: 403,
              hint: 'GET /q lists them; send the text of one as it stands in schema/operations.',
            });
            return Promise.reject(fault);
          }
          if (!introspects && operation?.operation === OperationTypeNode.QUERY) {
            options
              .generation(request.schema)
              ?.documents.add(source, request.request.operationName, { document, operation });
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Whether a document is, but for blanks and comments, the text of an operation that the role may ask. */
export function isTrusted(
  document: DocumentNode,
  names: ReadonlySet<string>,
  trusted: LoadedGeneration['operations'] | undefined,
): boolean {
  const asked = print(document);
  return [...names].some((name) => {
    const operation = trusted?.get(name);
    return operation !== undefined && print(operation.written) === asked;
  });
}

/** Whether `__schema` or `__type` stands anywhere in the document. */
export function readsSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field: (node) => {
      if (node.name.value !== '__schema' && node.name.value !== '__type') return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}
