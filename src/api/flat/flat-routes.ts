import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, print } from 'graphql';
import { Cancellation } from '../../postgres/statements/cancellation.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Answerer } from '../graphql/answerer.js';
import { faultOfError, graphqlFault, rateFault } from '../graphql/graphql-fault.js';
import type { Authentication, Authenticator } from '../http/authenticate.js';
import type { RateLimits } from '../http/rate-limits.js';
import { traceOf } from '../traces/trace-routes.js';
import type { FlatStreams } from './flat-stream.js';
import { flatFormats, flatTypes, type FlatFormat } from './flat-format.js';
import { openApi } from './open-api.js';
import type { PagePins } from './page-pins.js';
import { readPosition } from './page-position.js';
import { readParameters } from './read-parameters.js';
import { rowSchema } from './row-schema.js';
import { sendPage } from './send-page.js';
import { isStreamed, sendStream } from './send-stream.js';
import type { TrustedOperation } from './trusted-operation.js';

export interface FlatOptions {
  readonly authenticator: Authenticator;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly answerer: Answerer;
  readonly streams: FlatStreams;
  readonly pins: PagePins;
  readonly rateLimits: RateLimits;
}

const asFile = new RegExp(`^(\\w+)\\.(${flatFormats.join('|')}|schema\\.json)$`);

type Request = FastifyRequest<{ Params: { readonly file: string } }>;

/**
 * `GET /q/<operation>.{json,csv,ndjson,arrow}`: the project's trusted operations as flat rows, for tools that can neither
 * POST nor read nested JSON. `GET /q` lists them.
 */
export function flatRoutes(app: FastifyInstance, options: FlatOptions): void {
  app.get('/q', async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer');
    const caller = await callerOf(request, options);
    if (caller instanceof GraphQLError) return refuse(reply, caller);
    const operations = [...(options.follower.current?.operations.values() ?? [])].filter((one) =>
      mayAsk(caller, one.name),
    );
    return reply.header('cache-control', 'no-store').send(operations.map(described));
  });
  app.get('/q/openapi.json', async (request, reply) => {
    reply.header('referrer-policy', 'no-referrer');
    const caller = await callerOf(request, options);
    if (caller instanceof GraphQLError) return refuse(reply, caller);
    const operations = [...(options.follower.current?.operations.values() ?? [])].filter((one) =>
      mayAsk(caller, one.name),
    );
    const { current } = options.follower;
    return reply
      .header('cache-control', 'no-store')
      .send(openApi(operations, current?.schema, current?.generation ?? '0'));
  });
  app.get('/q/:file', async (request: Request, reply) => {
    reply.header('referrer-policy', 'no-referrer');
    try {
      return await answer(request, reply, options);
    } catch (error) {
      // what the caller learns whole is no line of the log
      if (!(error instanceof GraphQLError) || statusOf(error) >= 500)
        options.answerer.note(error, request.id);
      return refuse(reply, faultOfError(error, request.id));
    }
  });
}

async function answer(request: Request, reply: FastifyReply, options: FlatOptions): Promise<FastifyReply> {
  const caller = await callerOf(request, options);
  if (caller instanceof GraphQLError) return refuse(reply, caller);
  const { current } = options.follower;
  if (current === undefined) {
    return refuse(
      reply,
      graphqlFault('UNAVAILABLE', 'Nothing was published yet.', { status: 503, retryAfter: 5 }),
    );
  }
  const [, name = '', format = ''] = asFile.exec(request.params.file) ?? [];
  const search = searchOf(request);
  const { generation } = readPosition(search.get('_after') ?? '');
  const pinned =
    generation === undefined || !current.operations.has(name)
      ? undefined
      : await options.pins.find(generation);
  const loaded = pinned ?? current;
  const operation = loaded.operations.get(name);
  if (operation === undefined || !mayAsk(caller, name)) {
    const fault = graphqlFault('BAD_USER_INPUT', 'There is no such operation, or not in this form.', {
      status: 404,
      hint: `GET /q lists them; each is answered as ${flatFormats.map((one) => `.${one}`).join(', ')}.`,
    });
    return refuse(reply, fault);
  }
  if (format === 'schema.json') return reply.send(rowSchema(operation, loaded.schema));
  const asked = readParameters(operation.variables, search);
  if (asked instanceof GraphQLError) return refuse(reply, asked);
  const cancellation = new Cancellation();
  reply.raw.once('close', () => cancellation.cancel());
  const context = { requestId: request.id, ...caller, cancellation, trace: traceOf(request) };
  if (format === 'csv') reply.header('content-disposition', `inline; filename="${operation.name}.csv"`);
  const rows = { operation, pinned, format: format as FlatFormat, asked, context, reply };
  return isStreamed(operation, asked.variables) && loaded.hasRows(operation.field.name.value)
    ? sendStream(rows, loaded, options)
    : sendPage(rows, search, options);
}

/** The key may stand in the URL here, where tools have no other place for it: a key of the kind bi alone. */
async function callerOf(
  request: FastifyRequest,
  { authenticator, rateLimits }: FlatOptions,
): Promise<Asking | GraphQLError> {
  const inUrl = searchOf(request).get('key');
  const headers = inUrl === null ? request.headers : { ...request.headers, authorization: `Bearer ${inUrl}` };
  const authentication = await authenticator.check(headers);
  if (!('caller' in authentication)) {
    return graphqlFault(authentication.code, authentication.message, { status: authentication.status });
  }
  if (inUrl !== null && authentication.caller.kind !== 'bi') {
    return graphqlFault(
      'FORBIDDEN',
      'A key in a URL must be of the kind bi: URLs are written down everywhere.',
      {
        status: 403,
        hint: 'Make one: thau key create --kind bi --name "Power BI".',
      },
    );
  }
  const wait = await rateLimits.take(authentication.caller, authentication.access);
  return wait === undefined ? authentication : rateFault(wait);
}

type Asking = Extract<Authentication, { readonly caller: unknown }>;

const mayAsk = ({ access }: Asking, operation: string): boolean => access.operations?.has(operation) ?? true;

function statusOf({ extensions }: GraphQLError): number {
  return (extensions['http'] as { readonly status: number } | undefined)?.status ?? 500;
}

function searchOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

function refuse(reply: FastifyReply, fault: GraphQLError): FastifyReply {
  const { http, ...extensions } = fault.extensions as {
    http?: { status: number; headers: ReadonlyMap<string, string> };
  };
  if (http?.status === 401) reply.header('www-authenticate', 'Basic realm="thau"');
  for (const [name, value] of http?.headers ?? []) reply.header(name, value);
  return reply
    .removeHeader('etag')
    .removeHeader('content-disposition')
    .code(http?.status ?? 500)
    .header('cache-control', 'no-store')
    .type(flatTypes.json)
    .send(`${JSON.stringify({ errors: [{ message: fault.message, extensions }] })}\n`);
}

function described(operation: TrustedOperation): object {
  return {
    name: operation.name,
    description: operation.description ?? null,
    urls: [...flatFormats, 'schema.json'].map((format) => `/q/${operation.name}.${format}`),
    parameters: operation.variables.map((node) => ({
      name: node.variable.name.value,
      type: print(node.type),
      default: node.defaultValue === undefined ? null : print(node.defaultValue),
    })),
    columns: operation.columns.map(({ name, type, list }) => ({ name, type: list ? `[${type}]` : type })),
  };
}
