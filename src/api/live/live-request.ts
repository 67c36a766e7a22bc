import type { IncomingHttpHeaders } from 'node:http';
import {
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { limitFault } from '../graphql/document-limits.js';
import { graphqlFault, rateFault } from '../graphql/graphql-fault.js';
import { isTrusted, readsSchema } from '../graphql/operation-checks.js';
import type { Authentication, Authenticator } from '../http/authenticate.js';
import type { RateLimits } from '../http/rate-limits.js';
import type { ApiSettings } from '../settings.js';
import type { LiveEvents } from './live-event.js';
import type { Subscriptions } from './subscriptions.js';

export interface LiveOptions {
  readonly subscriptions: Subscriptions;
  readonly authenticator: Authenticator;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly rateLimits: RateLimits;
  readonly settings: ApiSettings;
  readonly requestId: (headers: IncomingHttpHeaders) => string;
}

/** A caller who may ask, and the headers that say so. */
export interface LiveCaller {
  readonly authentication: Extract<Authentication, { readonly caller: unknown }>;
  readonly headers: IncomingHttpHeaders;
}

export interface LiveBody {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A subscription that was read and passed every check that any document passes. */
export interface LiveOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Parses and checks a document that comes by a stream; what is wrong with it is returned. */
export async function readLive(
  body: LiveBody,
  { authentication }: LiveCaller,
  options: LiveOptions,
): Promise<LiveOperation | readonly GraphQLError[]> {
  const { follower, rateLimits, settings } = options;
  const { caller, access } = authentication;
  const loaded = follower.current;
  if (loaded === undefined)
    return [graphqlFault('UNAVAILABLE', 'Nothing was published yet.', { status: 503, retryAfter: 5 })];
  const wait = await rateLimits.take(caller, access);
  if (wait !== undefined) return [rateFault(wait)];
  let document: DocumentNode;
  try {
    document = parse(body.query, { maxLexicalTokens: settings.limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [coded(error, 'GRAPHQL_PARSE_FAILED')];
  }
  const large = limitFault(document, settings.limits);
  if (large !== undefined) return [large];
  const faults = validate(loaded.schema, document);
  if (faults.length > 0) {
    const { suggestions } = settings;
    return faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED', suggestions));
  }
  const operation = getOperationAST(document, body.operationName);
  if (!operation) {
    const message = 'Must provide the name of an operation of the document.';
    return [new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })];
  }
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION || readsSchema(document)) {
    const message = 'A stream is for subscriptions; queries and mutations are sent by POST.';
    return [graphqlFault('BAD_USER_INPUT', message, { status: 400, nodes: [operation] })];
  }
  if (access.operations !== undefined && !isTrusted(document, access.operations, loaded.operations)) {
    return [graphqlFault('FORBIDDEN', 'The role may ask its trusted operations alone.', { status: 403 })];
  }
  return { document, operation };
}

/** Starts it; `resumeAfter` is the id of the last event that the client had. */
export function startLive(
  { document, operation }: LiveOperation,
  body: LiveBody,
  who: LiveCaller,
  options: LiveOptions,
  resumeAfter?: string,
): Promise<LiveEvents | ExecutionResult> {
  const { authenticator, subscriptions, requestId } = options;
  const question = {
    document,
    operation,
    variables: body.variables,
    context: { requestId: requestId(who.headers), ...who.authentication },
    stillAllowed: async (): Promise<boolean> => {
      // a database that is away says nothing of the key
      const now =
        authenticator.known(who.headers) ?? (await authenticator.check(who.headers).catch(() => undefined));
      return now === undefined || 'caller' in now;
    },
  };
  return subscriptions.subscribe(question, resumeAfter);
}

/** The body of a request as JSON has it; undefined where it is none. */
export function liveBody(value: unknown): LiveBody | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { query, operationName, variables } = value as Record<string, unknown>;
  if (typeof query !== 'string') return undefined;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    return undefined;
  const given = variables ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return undefined;
  return {
    query,
    variables: given as Record<string, unknown>,
    ...(typeof operationName === 'string' && { operationName }),
  };
}

function coded(error: GraphQLError, code: string, suggestions = true): GraphQLError {
  const message = suggestions ? error.message : error.message.replace(/ Did you mean .*\?$/, '');
  return new GraphQLError(message, {
    ...(error.nodes && { nodes: error.nodes }),
    ...(!error.nodes &&
      error.source &&
      error.positions && { source: error.source, positions: error.positions }),
    extensions: { ...error.extensions, code },
  });
}
