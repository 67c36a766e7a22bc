import { GraphQLError, type ExecutionResult } from 'graphql';

/** An answer's first error with the status of flat rows: half an answer would be taken for a whole one. */
export function firstError(answer: ExecutionResult): GraphQLError {
  const [error] = answer.errors ?? [];
  const ours = answer.data !== undefined;
  const told = error?.extensions ?? {};
  const code = typeof told['code'] === 'string' ? told['code'] : undefined;
  const status = ours ? 500 : code === 'QUERY_FORBIDDEN' ? 403 : 400;
  return new GraphQLError(error?.message ?? 'The request could not be answered.', {
    extensions: {
      code: ours ? 'INTERNAL_SERVER_ERROR' : (code ?? 'BAD_USER_INPUT'),
      ...(typeof told['hint'] === 'string' && { hint: told['hint'] }),
      http: { status, headers: new Map<string, string>() },
    },
  });
}
