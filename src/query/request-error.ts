import { GraphQLError, type ASTNode } from 'graphql';
import type { Code } from '../errors/codes.js';

/** A fault of the request, as clients see it: message, place in the document, and a code. */
export function requestError(
  code: Code,
  message: string,
  options: { readonly node?: ASTNode | undefined; readonly hint?: string } = {},
): GraphQLError {
  return new GraphQLError(message, {
    ...(options.node && { nodes: options.node }),
    extensions: { code, ...(options.hint !== undefined && { hint: options.hint }) },
  });
}

/** The document has no operation of that name, or several and none is named. */
export function unknownOperation(name: string | null | undefined): GraphQLError {
  const message = name
    ? `Unknown operation named "${name}".`
    : 'Must provide operation name if query contains multiple operations.';
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}
