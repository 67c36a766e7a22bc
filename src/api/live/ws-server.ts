import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionResult, type FormattedExecutionResult } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { roleHeader } from '../http/authenticate.js';
import {
  liveBody,
  readLive,
  startLive,
  type LiveBody,
  type LiveCaller,
  type LiveOperation,
  type LiveOptions,
} from './live-request.js';
import { patient } from './patient.js';
import { toldErrors, toldResult } from './told-errors.js';
import type { LiveEvents } from './live-event.js';

/** What stands by a connection from its init on. */
type LiveExtra = { who?: LiveCaller };

/** What `onSubscribe` hands to `subscribe`. */
interface LiveContext {
  readonly read: LiveOperation;
  readonly body: LiveBody;
  readonly who: LiveCaller;
}

/** Milliseconds for the first message to come, and for the database to say whose key it has. */
const initTimeout = 5_000;
/** Subscriptions of one connection at once; `Subscriptions` counts those of a key. */
const perConnection = 50;

/**
 * Subscriptions by WebSocket at `/graphql`, by https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
 * (the library graphql-ws). The key comes in the payload of `connection_init`, under the names that headers have, or
 * in the headers of the upgrade where the client can set them. Answers with what ends the server.
 */
export function serveWebSockets(server: Server, options: LiveOptions): () => Promise<void> {
  const { settings, authenticator, subscriptions } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: settings.bodyLimit,
    handleProtocols: (protocols) =>
      protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  const live = useServer<Record<string, unknown>, LiveExtra>(
    {
      connectionInitWaitTimeout: initTimeout,
      onConnect: async (context) => {
        const headers = headersOf(context.extra.request, context.connectionParams);
        const { socket } = context.extra;
        const gone = new AbortController();
        socket.once('close', () => gone.abort());
        const waited = AbortSignal.any([gone.signal, AbortSignal.timeout(initTimeout)]);
        const authentication = await patient(waited, () => authenticator.check(headers));
        if (authentication === undefined) {
          // "try again later": clients do, which the library's 4500 forbids them
          socket.close(1013, 'The database does not answer.');
          return false;
        }
        if (!('caller' in authentication) || authentication.caller.kind !== 'api') return false;
        context.extra.who = { authentication, headers };
        return true;
      },
      onSubscribe: async (context, _id, payload) => {
        const { who } = context.extra;
        const body = liveBody(payload);
        if (who === undefined || body === undefined)
          return [new GraphQLError('The message is no GraphQL request.')];
        if (Object.keys(context.subscriptions).length > perConnection) {
          return [
            new GraphQLError('The connection has as many subscriptions as one may.', {
              extensions: { code: 'LIMIT_EXCEEDED' },
            }),
          ];
        }
        const read = await readLive(body, who, options);
        if (!('document' in read)) return read;
        const loaded = options.follower.current;
        if (loaded === undefined) return [new GraphQLError('Nothing was published yet.')];
        const contextValue: LiveContext = { read, body, who };
        return {
          schema: loaded.schema,
          document: read.document,
          operationName: read.operation.name?.value,
          variableValues: body.variables,
          contextValue,
        };
      },
      onError: (_context, _id, _payload, errors) => toldErrors(errors),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : (toldResult(result) as FormattedExecutionResult),
      subscribe: async (args) => {
        const { read, body, who } = args.contextValue as LiveContext;
        const events = await startLive(read, body, who, options);
        return 'next' in events ? results(events) : events;
      },
    },
    sockets,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = request.url?.split('?')[0];
    if (path !== '/graphql' || subscriptions.stopping || !isOwnOrigin(request, settings.corsOrigins)) {
      const status =
        path !== '/graphql'
          ? '404 Not Found'
          : subscriptions.stopping
            ? '503 Service Unavailable'
            : '403 Forbidden';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (made) => {
      // a socket that sends what is no message of the protocol is closed by the library; its errors end with it
      made.on('error', () => made.terminate());
      sockets.emit('connection', made, request);
    });
  };
  server.on('upgrade', upgrade);
  return async () => {
    server.off('upgrade', upgrade);
    await live.dispose();
    sockets.close();
  };
}

/** The headers of the upgrade, and over them what the payload of `connection_init` says by the same names. */
function headersOf(
  request: IncomingMessage,
  payload: Readonly<Record<string, unknown>> = {},
): IncomingHttpHeaders {
  const headers: Record<string, string | string[] | undefined> = { ...request.headers };
  for (const [name, value] of Object.entries(payload)) {
    if (typeof value === 'string' && names.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return headers;
}

const names = new Set(['authorization', 'x-api-key', roleHeader, 'x-request-id']);

/** Browsers send an Origin with every upgrade and ask nobody first: other sites' pages are refused here. */
function isOwnOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** The results of events; a return passes at once to what waits for the next. */
function results(events: LiveEvents): AsyncIterableIterator<ExecutionResult, undefined> {
  const iterator: AsyncIterableIterator<ExecutionResult, undefined> = {
    [Symbol.asyncIterator]: () => iterator,
    next: async () => {
      const next = await events.next();
      return next.done === true ? next : { done: false, value: next.value.result };
    },
    return: async () => (await events.return?.()) as IteratorReturnResult<undefined>,
  };
  return iterator;
}
