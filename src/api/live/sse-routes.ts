import { once } from 'node:events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { stringifyResult } from '../graphql/stringify-result.js';
import { liveBody, readLive, startLive, type LiveBody, type LiveOptions } from './live-request.js';
import { toldResult } from './told-errors.js';
import type { LiveEvent } from './live-event.js';

/** Milliseconds between two comments that keep a quiet stream from being cut on the way. */
const keepAlive = 12_000;

/**
 * Subscriptions as server-sent events, `POST` or `GET /graphql/stream`, one per request: the "distinct connections"
 * of https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. `Last-Event-ID` (or the `after` of the field)
 * goes on where a stream broke off.
 */
export function sseRoutes(app: FastifyInstance, options: LiveOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql/stream',
    handler: (request, reply) => stream(request, reply, options),
  });
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  options: LiveOptions,
): Promise<FastifyReply> {
  const { accept } = request.headers;
  if (accept !== undefined && !/text\/event-stream|\*\/\*|text\/\*/.test(accept)) {
    return refuse(reply, 406, 'BAD_REQUEST', 'A stream is sent as text/event-stream alone.');
  }
  const authentication = await options.authenticator.check(request.headers);
  if (!('caller' in authentication)) {
    return refuse(reply, authentication.status, authentication.code, authentication.message);
  }
  if (authentication.caller.kind !== 'api') {
    return refuse(reply, 403, 'FORBIDDEN', 'A key of the kind bi is for trusted operations alone: GET /q.');
  }
  const body = request.method === 'GET' ? ofSearch(request.url) : ofText(request.body);
  if (body === undefined) return refuse(reply, 400, 'BAD_REQUEST', 'The request is no GraphQL request.');
  const who = { authentication, headers: request.headers };
  const read = await readLive(body, who, options);
  const [busy] = 'document' in read ? [] : read.filter((error) => waitOf(error) !== undefined);
  if (busy !== undefined) {
    reply.header('retry-after', waitOf(busy));
    const { code } = busy.extensions;
    return refuse(reply, code === 'RATE_LIMITED' ? 429 : 503, String(code), busy.message);
  }
  const lastId = request.headers['last-event-id'];
  const events =
    'document' in read
      ? await startLive(read, body, who, options, typeof lastId === 'string' ? lastId : undefined)
      : { errors: read };
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-request-id': request.id,
    ...headersSet(reply),
  });
  raw.flushHeaders();
  if (!('next' in events)) {
    raw.end(`${eventText({ result: events })}event: complete\ndata:\n\n`);
    return reply;
  }
  const isGone = (): boolean => raw.destroyed;
  if (isGone()) {
    // gone while it was being started: nothing would tell of it any more
    await events.return?.();
    return reply;
  }
  const beat = setInterval(() => raw.write(':\n\n'), keepAlive);
  raw.once('close', () => {
    clearInterval(beat);
    void events.return?.();
  });
  for await (const event of events) {
    // a slow reader is waited for; the next event is looked up when it has taken this one
    if (!raw.write(eventText(event))) await Promise.race([once(raw, 'drain'), once(raw, 'close')]);
    if (isGone()) break;
  }
  clearInterval(beat);
  // a server that stops breaks the stream off, so that the client comes back to another
  raw.end(options.subscriptions.stopping ? '' : 'event: complete\ndata:\n\n');
  return reply;
}

/** Seconds after which a refused request may come again. */
function waitOf({ extensions }: GraphQLError): string | undefined {
  return (extensions['http'] as { readonly headers?: ReadonlyMap<string, string> } | undefined)?.headers?.get(
    'retry-after',
  );
}

/** What CORS set before. */
function headersSet(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      name.startsWith('access-control-') || name === 'vary' ? [[name, String(value)]] : [],
    ),
  );
}

function eventText({ id, result }: LiveEvent): string {
  const text = stringifyResult(toldResult(result)).trimEnd();
  return `${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: ${text.replaceAll('\n', '\ndata: ')}\n\n`;
}

function ofSearch(url: string): LiveBody | undefined {
  const search = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
  const variables = search.get('variables');
  try {
    return liveBody({
      query: search.get('query'),
      operationName: search.get('operationName'),
      variables: variables === null ? {} : (JSON.parse(variables) as unknown),
    });
  } catch {
    return undefined;
  }
}

function ofText(text: unknown): LiveBody | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return liveBody(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="thau"');
  const body: ExecutionResult | object = { errors: [{ message, extensions: { code } }] };
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(body);
}
