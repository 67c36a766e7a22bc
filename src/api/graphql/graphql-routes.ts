import { HeaderMap } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, parse } from 'graphql';
import { Cancellation } from '../../postgres/statements/cancellation.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Authenticator } from '../http/authenticate.js';
import { bodyText, type WithBody } from '../http/body.js';
import { traceOf } from '../traces/trace-routes.js';
import type { RateLimits } from '../http/rate-limits.js';
import type { RequestContext } from '../http/request-context.js';
import type { ApiSettings } from '../settings.js';
import type { Answerer } from './answerer.js';
import type { Apollo } from './apollo.js';
import { faultOfError, rateFault } from './graphql-fault.js';
import { limitFault } from './document-limits.js';
import { sendTagged } from '../http/send-tagged.js';
import { leanContext, type WithContext } from './lean-path.js';

export interface GraphQLRouteOptions {
  readonly apollo: Apollo;
  readonly answerer: Answerer;
  readonly authenticator: Authenticator;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly rateLimits: RateLimits;
  readonly settings: ApiSettings;
}

/** `/graphql` by GET and POST: who asks is checked first, then the size of the document, then Apollo answers. */
export function graphqlRoutes(app: FastifyInstance, options: GraphQLRouteOptions): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    (
      request: FastifyRequest,
      payload: NodeJS.ReadableStream,
      done: (error: Error | null, body?: unknown) => void,
    ) => {
      const read = (request.raw as WithBody)[bodyText];
      if (read !== undefined) done(null, read);
      else collect(payload, options.settings.bodyLimit, done);
    },
  );
  // any other type: Apollo says what it thinks of it; the body is not looked at
  app.addContentTypeParser(
    '*',
    (
      _request: FastifyRequest,
      payload: NodeJS.ReadableStream,
      done: (error: Error | null, body?: unknown) => void,
    ) => {
      payload.resume();
      done(null, undefined);
    },
  );
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      try {
        return await answer(request, reply, options);
      } catch (error) {
        options.answerer.note(error, request.id);
        return refuseFor(reply, faultOfError(error, request.id));
      }
    },
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  options: GraphQLRouteOptions,
): Promise<FastifyReply> {
  const raw = request.raw as WithContext;
  let context = raw[leanContext];
  if (context === undefined) {
    if (request.method === 'GET' && prefersHtml(request.headers.accept)) return reply.redirect('/graphiql');
    const authentication = await options.authenticator.check(request.headers);
    if (!('caller' in authentication)) {
      if (authentication.status === 401) reply.header('www-authenticate', 'Bearer realm="thau"');
      return refuse(reply, authentication.status, authentication.code, authentication.message);
    }
    if (authentication.caller.kind !== 'api') {
      return refuse(reply, 403, 'FORBIDDEN', 'A key of the kind bi is for trusted operations alone: GET /q.');
    }
    const cancellation = new Cancellation();
    reply.raw.once('close', () => cancellation.cancel());
    context = { requestId: request.id, ...authentication, cancellation, trace: traceOf(request) };
    const wait = await options.rateLimits.take(context.caller, context.access);
    if (wait !== undefined) context = { ...context, ready: { errors: [rateFault(wait)] } };
  }
  if (options.follower.current === undefined) {
    reply.header('retry-after', '5');
    return refuse(reply, 503, 'UNAVAILABLE', 'Nothing was published yet: build once with `thau build`.');
  }
  const body = readJson(request.body);
  if (body instanceof GraphQLError) return refuse(reply, 400, 'BAD_REQUEST', body.message);
  const search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  if (context.ready === undefined) {
    const fault = sizeFault(body, search, options.settings);
    if (fault !== undefined) return refuseFor(reply, fault);
  }
  return send(reply, await askApollo(request, options.apollo, body, search, context));
}

type ApolloAnswer = Awaited<ReturnType<Apollo['server']['executeHTTPGraphQLRequest']>>;

function askApollo(
  request: FastifyRequest,
  apollo: Apollo,
  body: unknown,
  search: string,
  context: RequestContext,
): Promise<ApolloAnswer> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // a credential that no browser adds by itself: another site's page cannot have made this request unasked
  if (request.headers['x-api-key'] !== undefined || /^bearer /i.test(request.headers.authorization ?? '')) {
    headers.set('apollo-require-preflight', 'true');
  }
  return apollo.server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method, headers, search, body },
    context: () => Promise.resolve(context),
  });
}

function send(reply: FastifyReply, answer: ApolloAnswer): FastifyReply {
  for (const [name, value] of answer.headers) reply.header(name, value);
  if (answer.body.kind !== 'complete') throw new Error('incremental delivery is refused by validation');
  const status = statusOf(answer);
  const { string } = answer.body;
  if (reply.request.method === 'GET' && status === 200)
    return sendTagged(reply, string, answer.headers.get('content-type'));
  return reply.code(status).header('cache-control', 'no-store').send(string);
}

/** Faults of a document or its variables: GraphQL could be read, and the answer says what is wrong with it. */
const documentFaults: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * GraphQL over HTTP wants 400 for such faults where the client takes `application/graphql-response+json`, and 200
 * where it takes `application/json`: there 400 may come from something between that is no GraphQL server.
 */
function statusOf(answer: ApolloAnswer): number {
  const status = answer.status ?? 200;
  if (status !== 400 || !answer.headers.get('content-type')?.startsWith('application/json')) return status;
  if (answer.body.kind !== 'complete') return status;
  const { errors = [] } = JSON.parse(answer.body.string) as {
    errors?: { extensions?: { code?: unknown } }[];
  };
  return errors.every((error) => documentFaults.has(error.extensions?.code)) ? 200 : status;
}

/** An answer that no GraphQL was needed for, in GraphQL's form. */
function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  hint?: unknown,
): FastifyReply {
  const error = { message, extensions: { code, ...(typeof hint === 'string' && { hint }) } };
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify({ errors: [error] })}\n`);
}

function refuseFor(reply: FastifyReply, fault: GraphQLError): FastifyReply {
  const { http, code, hint } = fault.extensions as {
    http?: { status: number; headers: ReadonlyMap<string, string> };
    code: string;
    hint?: string;
  };
  for (const [name, value] of http?.headers ?? []) reply.header(name, value);
  return refuse(reply, http?.status ?? 500, code, fault.message, hint);
}

function readJson(body: unknown): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return new GraphQLError('The body of the request is not JSON.');
  }
}

/** Documents too large are refused before validation, part of which takes the square of their size. */
function sizeFault(body: unknown, search: string, settings: ApiSettings): GraphQLError | undefined {
  const text = body === undefined ? new URLSearchParams(search).get('query') : queryOf(body);
  if (typeof text !== 'string') return undefined;
  try {
    return limitFault(
      parse(text, { noLocation: true, maxLexicalTokens: settings.limits.tokens }),
      settings.limits,
    );
  } catch {
    // Apollo says where the text is wrong
    return undefined;
  }
}

function queryOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['query'] : undefined;
}

function prefersHtml(accept: string | undefined): boolean {
  return accept?.split(',')[0]?.trim().startsWith('text/html') ?? false;
}

function collect(
  payload: NodeJS.ReadableStream,
  limit: number,
  done: (error: Error | null, body?: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let ended = false;
  const end = (error: Error | null, body?: string): void => {
    if (ended) return;
    ended = true;
    done(error, body);
  };
  payload.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit)
      end(Object.assign(new Error('The body of the request is too large.'), { statusCode: 413 }));
    else chunks.push(chunk);
  });
  payload.on('end', () => end(null, Buffer.concat(chunks).toString('utf8')));
  payload.on('error', (error: Error) => end(error));
}
