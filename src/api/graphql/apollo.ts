import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSchema, GraphQLError, Kind, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../http/request-context.js';
import type { Log } from '../log.js';
import type { ApiSettings } from '../settings.js';
import type { Answerer } from './answerer.js';
import { faultOfError } from './graphql-fault.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { operationChecks } from './operation-checks.js';
import { stringifyResult } from './stringify-result.js';

/** Apollo's gateway hook, declared by a package that Apollo brings. */
type Gateway = NonNullable<ConstructorParameters<typeof ApolloServer>[0]['gateway']>;
type SchemaCallback = Parameters<Gateway['onSchemaLoadOrUpdate']>[0];

/** Stands until something is published; the HTTP layer answers 503 before anyone sees it. */
const emptySchema = buildSchema('type Query { generation: String }');

/** Apollo Server over the compiled path. */
export interface Apollo {
  readonly server: ApolloServer<RequestContext>;
  /** Serves another schema from the next request on; requests in flight end with theirs. */
  update(schema: GraphQLSchema): void;
}

export interface ApolloOptions {
  readonly answerer: Answerer;
  readonly log: Log;
  readonly settings: ApiSettings;
  readonly generation: (schema: GraphQLSchema) => LoadedGeneration | undefined;
}

/** Makes and starts Apollo: its `gateway` hook is how a server takes both an executor and a schema that changes. */
export async function startApollo(options: ApolloOptions): Promise<Apollo> {
  let current = emptySchema;
  let tell: SchemaCallback | undefined;
  const gateway: Gateway = {
    onSchemaLoadOrUpdate: (callback) => {
      tell = callback;
      return () => (tell = undefined);
    },
    load: () => {
      tell?.({ apiSchema: current, coreSupergraphSdl: '' });
      return Promise.resolve({ executor: executorOf(options.answerer) as never });
    },
    stop: () => Promise.resolve(),
  };
  const { settings } = options;
  const server = new ApolloServer<RequestContext>({
    gateway,
    plugins: [
      operationChecks({ introspection: settings.introspection, generation: options.generation }),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    stringifyResult,
    // a document valid for one role would pass for another: what depends on who asks is checked on every request
    introspection: true,
    hideSchemaDetailsFromClientErrors: !settings.suggestions,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxLexicalTokens: settings.limits.tokens },
    maxRecursiveSelections: true,
    formatError: (formatted, error) => withoutInternals(formatted, error),
    logger: apolloLogger(options.log),
  });
  await server.start();
  return {
    server,
    update: (schema) => {
      current = schema;
      tell?.({ apiSchema: schema, coreSupergraphSdl: '' });
    },
  };
}

interface ExecutorRequest {
  readonly schema: GraphQLSchema;
  readonly document: Parameters<Answerer['execute']>[0]['document'];
  readonly operation: Parameters<Answerer['execute']>[0]['operation'] | undefined;
  readonly request: { readonly operationName?: string; readonly variables?: Record<string, unknown> };
  readonly context: RequestContext;
}

function executorOf(answerer: Answerer) {
  return async (request: ExecutorRequest) => {
    const { ready, requestId } = request.context;
    if (ready !== undefined) return ready;
    const { operation } = request;
    if (operation === undefined) return { errors: [unresolved(request)] };
    try {
      return await answerer.execute({
        schema: request.schema,
        document: request.document,
        operation,
        variables: request.request.variables ?? {},
        context: request.context,
      });
    } catch (error) {
      return { errors: [faultOfError(error, requestId)] };
    }
  };
}

/** The words are graphql-js' own. */
function unresolved(request: ExecutorRequest): GraphQLError {
  const { operationName } = request.request;
  const operations = request.document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operationName !== undefined) return new GraphQLError(`Unknown operation named "${operationName}".`);
  return new GraphQLError(
    operations.length === 0
      ? 'Must provide an operation.'
      : 'Must provide operation name if query contains multiple operations.',
  );
}

/** An error nobody made for the caller's eyes says nothing but that it happened. */
function withoutInternals<Formatted extends { readonly extensions?: { readonly [key: string]: unknown } }>(
  formatted: Formatted,
  error: unknown,
): Formatted {
  const original = error instanceof GraphQLError ? error.originalError : error;
  const internal = formatted.extensions?.['code'] === 'INTERNAL_SERVER_ERROR';
  if (!internal || !(original instanceof Error) || original instanceof GraphQLError) return formatted;
  return { ...formatted, message: 'The request could not be answered.' };
}

function apolloLogger(log: Log): {
  debug: (message?: unknown) => void;
  info: (message?: unknown) => void;
  warn: (message?: unknown) => void;
  error: (message?: unknown) => void;
} {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => log.warn(String(message)),
    error: (message) => log.error(String(message)),
  };
}
