import { GraphQLError, type ASTNode } from 'graphql';
import { ThauError } from '../../errors/thau-error.js';

/** Codes of `extensions.code` that the API answers with, beside Apollo's own. */
export type FaultCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'LIMIT_EXCEEDED'
  | 'RATE_LIMITED'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'CANCELLED'
  | 'GENERATION_GONE'
  | 'INTERNAL_SERVER_ERROR';

export interface FaultOptions {
  readonly status: number;
  readonly hint?: string | undefined;
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfter?: number;
  readonly nodes?: readonly ASTNode[];
  readonly requestId?: string;
  readonly cause?: Error;
}

/** A GraphQLError whose HTTP status Apollo sends (and takes out of the answer again). */
export function graphqlFault(code: FaultCode, message: string, options: FaultOptions): GraphQLError {
  const headers = new Map<string, string>();
  if (options.retryAfter !== undefined) headers.set('retry-after', String(options.retryAfter));
  return new GraphQLError(message, {
    ...(options.nodes !== undefined && { nodes: options.nodes }),
    ...(options.cause !== undefined && { originalError: options.cause }),
    extensions: {
      code,
      ...(options.hint !== undefined && { hint: options.hint }),
      ...(options.requestId !== undefined && { requestId: options.requestId }),
      http: { status: options.status, headers },
    },
  });
}

/**
 * What a caller learns of an error on the way to the data: enough to act on, and nothing that PostgreSQL said. The
 * log has the rest, under the same request id.
 */
export function faultOfError(error: unknown, requestId: string): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const code = error instanceof ThauError ? error.code : undefined;
  switch (code) {
    case 'API_BUSY':
      return unavailable('The server has more requests than it can answer now.', requestId);
    case 'API_NO_GENERATION':
      return unavailable('Nothing was published yet.', requestId, 'Build once: `thau build`.');
    case 'API_MOVED':
      return unavailable('The data was published anew while the request was planned.', requestId);
    case 'API_CLIENT_GONE':
      return graphqlFault('CANCELLED', 'The client went away.', { status: 499, requestId });
    case 'POSTGRES_CANCELLED':
      return graphqlFault('TIMEOUT', 'The request took longer than a request may.', {
        status: 503,
        requestId,
        hint: 'Ask for less at once: fewer rows, fewer levels, or a filter on an indexed column.',
      });
    case 'POSTGRES_NO_SUCH_GENERATION':
    case 'POSTGRES_LEASE_LOST':
      return graphqlFault('GENERATION_GONE', 'The generation that was asked for is no longer kept.', {
        status: 410,
        requestId,
        hint: 'Begin again without _after. runs.keep_generations in thau.yml says how many are kept.',
      });
    case 'ACCESS_TOKEN_KEYS':
      return unavailable('Tokens cannot be checked at the moment.', requestId);
    case 'POSTGRES_CONNECTION_REFUSED':
    case 'POSTGRES_CONNECTION_LOST':
    case 'POSTGRES_UNREACHABLE':
    case 'POSTGRES_STARTING':
    case 'POSTGRES_TOO_MANY_CONNECTIONS':
    case 'POSTGRES_RESOURCES':
    case 'POSTGRES_WRONG_PASSWORD':
    case 'POSTGRES_DATABASE_MISSING':
      return unavailable('The database does not answer at the moment.', requestId);
    case 'POSTGRES_DATA':
      return graphqlFault('BAD_USER_INPUT', 'A value is outside what its field can hold.', {
        status: 400,
        requestId,
      });
    default:
      return graphqlFault('INTERNAL_SERVER_ERROR', 'The request could not be answered.', {
        status: 500,
        requestId,
        hint: 'The log of the server has the cause under the request id.',
      });
  }
}

/** Too many requests of one key. */
export function rateFault(seconds: number): GraphQLError {
  return graphqlFault('RATE_LIMITED', 'The key asks more often than its role may.', {
    status: 429,
    retryAfter: seconds,
    hint: 'Wait as long as Retry-After says.',
  });
}

function unavailable(message: string, requestId: string, hint?: string): GraphQLError {
  return graphqlFault('UNAVAILABLE', message, { status: 503, retryAfter: 1, requestId, hint });
}
