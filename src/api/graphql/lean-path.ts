import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { Cancellation } from '../../postgres/statements/cancellation.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Authenticator } from '../http/authenticate.js';
import { bodyText, readBody, type WithBody } from '../http/body.js';
import { knownContentType } from '../http/content-type.js';
import type { RateLimits } from '../http/rate-limits.js';
import type { Attributes } from '../traces/otlp.js';
import type { Tracer } from '../traces/tracer.js';
import type { RequestContext } from '../http/request-context.js';
import type { Answerer } from './answerer.js';
import { faultOfError, rateFault } from './graphql-fault.js';
import type { KnownOperation } from './known-documents.js';
import { RawJson } from './raw-json.js';

export interface LeanPathOptions {
  readonly authenticator: Authenticator;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly answerer: Answerer;
  readonly rateLimits: RateLimits;
  readonly tracer: Tracer | undefined;
  readonly requestId: (headers: IncomingMessage['headers']) => string;
  /** Bytes of a body. */
  readonly bodyLimit: number;
  /** While the server stops, connections are closed with their answer. */
  readonly stopping: () => boolean;
  /** Told of each request answered here, with its seconds. */
  readonly observe: (seconds: number) => void;
}

/** A context that the long way takes over, with the answer in it if there is one. */
export const leanContext = Symbol('leanContext');
export type WithContext = WithBody & { [leanContext]?: RequestContext };

interface GraphQLBody {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

const jsonTypes: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json;charset=UTF-8',
]);

/**
 * Answers `POST /graphql` for operations that passed Apollo's pipeline before, without going through it again: the
 * caller is checked, the variables coerced, the plan run, and the text written. Everything else (a new document, a
 * fault, an answer with errors, an unusual header) is handed to the long way, whose answers are the reference: a test
 * holds both equal. What was computed already goes along, so nothing runs twice.
 */
export class LeanPath {
  readonly #options: LeanPathOptions;

  constructor(options: LeanPathOptions) {
    this.#options = options;
  }

  handle(request: IncomingMessage, response: ServerResponse, longWay: () => void): void {
    const { headers } = request;
    const contentType = knownContentType(headers.accept);
    if (
      request.method !== 'POST' ||
      request.url !== '/graphql' ||
      contentType === undefined ||
      !jsonTypes.has(headers['content-type']) ||
      headers.origin !== undefined ||
      headers['content-encoding'] !== undefined ||
      headers.expect !== undefined ||
      Number(headers['content-length'] ?? 0) > this.#options.bodyLimit
    ) {
      longWay();
      return;
    }
    readBody(request, this.#options.bodyLimit, (fault, text) => {
      if (fault === 'broken off') return;
      if (fault === 'too large') {
        tooLarge(response);
        return;
      }
      (request as WithBody)[bodyText] = text;
      const body = readGraphQL(text);
      const known = body && this.#options.follower.current?.documents.get(body.query, body.operationName);
      if (known === undefined || body === undefined) {
        longWay();
        return;
      }
      void this.#answer(request, response, known, body.variables, contentType, longWay);
    });
  }

  async #answer(
    request: WithContext,
    response: ServerResponse,
    known: KnownOperation,
    variables: Readonly<Record<string, unknown>>,
    contentType: string,
    longWay: () => void,
  ): Promise<void> {
    const { authenticator, answerer, requestId, rateLimits, stopping } = this.#options;
    const authentication = authenticator.known(request.headers);
    // a key seen for the first time, or none, or not for this: rare, and the long way's to answer
    if (
      authentication === undefined ||
      !('caller' in authentication) ||
      authentication.caller.kind !== 'api' ||
      authentication.access.operations !== undefined
    ) {
      longWay();
      return;
    }
    const started = performance.now();
    const cancellation = new Cancellation();
    const trace = this.#options.tracer?.begin(request.headers);
    const context = { requestId: requestId(request.headers), ...authentication, cancellation, trace };
    const onClose = (): void => cancellation.cancel();
    response.once('close', onClose);
    let ready: ExecutionResult;
    try {
      const counting = rateLimits.take(context.caller, context.access);
      const wait = counting && (await counting);
      if (wait !== undefined) throw rateFault(wait);
      const answer = await answerer.answer(known, variables, context);
      if (answer instanceof RawJson) {
        answer.send(response, 200, {
          'content-type': contentType,
          'cache-control': 'no-store',
          'x-request-id': context.requestId,
          ...(stopping() && { connection: 'close' }),
        });
        this.#options.observe((performance.now() - started) / 1000);
        trace?.end('POST /graphql', graphqlAttributes(known, 200, context.requestId), false);
        return;
      }
      ready = answer;
    } catch (error) {
      if (!(error instanceof GraphQLError)) answerer.note(error, context.requestId);
      ready = { errors: [faultOfError(error, context.requestId)] };
    }
    if (cancellation.cancelled) return;
    request[leanContext] = { ...context, ready };
    longWay();
  }
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
function graphqlAttributes(known: KnownOperation, status: number, requestId: string): Attributes {
  const name = known.operation.name?.value;
  return {
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': status,
    'thau.request_id': requestId,
    ...(name !== undefined && { 'graphql.operation.name': name }),
  };
}

/** The request's parts where all are of the right type and nothing unusual is among them. */
function readGraphQL(text: string): GraphQLBody | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  if (typeof query !== 'string' || query === '') return undefined;
  if (extensions !== undefined && extensions !== null && !isEmptyObject(extensions)) return undefined;
  const name = operationName ?? undefined;
  if (name !== undefined && (typeof name !== 'string' || name === '')) return undefined;
  const values = variables ?? {};
  if (typeof values !== 'object' || Array.isArray(values)) return undefined;
  return { query, operationName: name, variables: values as Record<string, unknown> };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value ?? {}).length === 0;
}

function tooLarge(response: ServerResponse): void {
  const text = `${JSON.stringify({
    errors: [{ message: 'The body of the request is too large.', extensions: { code: 'BAD_REQUEST' } }],
  })}\n`;
  response.writeHead(413, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}
