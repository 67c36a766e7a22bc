import { GraphQLError, type ExecutionResult } from 'graphql';

/** An answer's first error with the status of flat rows: half an answer would be taken for a whole one. */
export function firstError(answer: ExecutionResult): GraphQLError {
  const [error] = answer.errors ?? [];
  const ours = answer.data !== undefined;
  const told = error?.extensions ?? {};
  const code = typeof told['code'] === 'string' ? told['code'] : undefined;
  // what the data holds is nothing that asking otherwise, or again, would mend
  const status = ours ? 422 : code === 'QUERY_FORBIDDEN' ? 403 : 400;
  return new GraphQLError(error?.message ?? 'The request could not be answered.', {
    extensions: {
      code: ours ? 'DATA_FAULT' : (code ?? 'BAD_USER_INPUT'),
      ...(ours && {
        column: error?.path?.findLast((key) => typeof key === 'string'),
        hint: 'The model holds what its type has no value for; GraphQL answers the other rows and tells where.',
      }),
      ...(typeof told['hint'] === 'string' && { hint: told['hint'] }),
      http: { status, headers: new Map<string, string>() },
    },
  });
}
