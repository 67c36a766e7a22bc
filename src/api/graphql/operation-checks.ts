import type { ApolloServerPlugin } from '@apollo/server';
import { BREAK, OperationTypeNode, visit, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../http/request-context.js';
import { graphqlFault } from './graphql-fault.js';
import type { KnownDocuments } from './known-documents.js';

export interface OperationCheckOptions {
  /** Whether the schema may be read through the API. */
  readonly introspection: boolean;
  /** Where the operations of a schema that passed are kept. */
  readonly documents: (schema: GraphQLSchema) => KnownDocuments | undefined;
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
          if (!introspects && operation?.operation === OperationTypeNode.QUERY) {
            options
              .documents(request.schema)
              ?.add(source, request.request.operationName, { document, operation });
          }
          return Promise.resolve();
        },
      }),
  };
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
