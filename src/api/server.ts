import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { keysChannel } from '../access/key-store.js';
import { KeyVerifier } from '../access/key-verifier.js';
import { TokenVerifier } from '../access/token-verifier.js';
import type { Connection } from '../config/connection.js';
import { ThauError } from '../errors/thau-error.js';
import type { Database } from '../postgres/database.js';
import { quoteIdentifier } from '../postgres/identifier.js';
import { openStatementPool } from '../postgres/statements/open-statement-pool.js';
import { SubjectAudit } from './audit/subject-audit.js';
import type { Artifacts } from './generation/artifacts.js';
import { ServedDocuments } from './documents/served-documents.js';
import { flatRoutes } from './flat/flat-routes.js';
import { FlatStreams } from './flat/flat-stream.js';
import { PagePins } from './flat/page-pins.js';
import { StreamSlots } from './flat/stream-slots.js';
import { GenerationFollower } from './generation/follower.js';
import type { LoadedGeneration } from './generation/loaded-generation.js';
import { warmUp } from './generation/warm-up.js';
import { Answerer } from './graphql/answerer.js';
import { startApollo } from './graphql/apollo.js';
import { graphqlRoutes } from './graphql/graphql-routes.js';
import { LeanPath } from './graphql/lean-path.js';
import { SlowStatements } from './graphql/slow-statements.js';
import { requestMutations } from './graphql/mutations.js';
import { SegmentRules } from './segments/segment-rules.js';
import { healthRoutes } from './health/health-routes.js';
import { Authenticator } from './http/authenticate.js';
import { cors } from './http/cors.js';
import { RateLimits, type TakeRequest } from './http/rate-limits.js';
import { requestIds } from './http/request-id.js';
import { sseRoutes } from './live/sse-routes.js';
import { Subscriptions } from './live/subscriptions.js';
import { serveWebSockets } from './live/ws-server.js';
import { keepGarbageYoung } from './keep-garbage-young.js';
import type { Log } from './log.js';
import { metricsRoutes } from './metrics/metrics-routes.js';
import { RequestMetrics, type Gauge, type MetricsSnapshot } from './metrics/request-metrics.js';
import { pageRoutes } from './pages/page-routes.js';
import { traceRoutes } from './traces/trace-routes.js';
import { Tracer } from './traces/tracer.js';
import type { ApiSettings } from './settings.js';

export interface ServeOptions {
  /** For what is not a request's statement: keys, artifacts, request rows, LISTEN. */
  readonly database: Database;
  /** For the connections that answer requests. */
  readonly connection: Connection;
  readonly stateSchema: string;
  /** Makes of a generation's artifacts what answers requests. */
  readonly load: (artifacts: Artifacts, options: { readonly keepsAnswers: boolean }) => LoadedGeneration;
  readonly settings: ApiSettings;
  readonly log: Log;
  /** Where several processes answer on one port: counts requests of one key for all of them. */
  readonly takeRequest?: TakeRequest;
  /** Where several processes answer on one port: gathers what all of them counted, given how to ask this one. */
  readonly snapshots?: (own: () => MetricsSnapshot) => () => Promise<readonly MetricsSnapshot[]>;
}

export interface RunningApi {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly port: number;
  /** Answers what is in flight, refuses what is new, and returns when every connection is closed. */
  stop(this: void): Promise<void>;
}

/** Milliseconds between two writes of when keys were last used. */
const useFlushInterval = 10_000;

/** Milliseconds between two looks for what `subject_reads` has kept long enough. */
const forgetInterval = 3_600_000;

/**
 * Serves the API: follows the generations, answers GraphQL, health and pages, until it is stopped. Starts with or
 * without a published generation.
 */
export async function serveApi(options: ServeOptions): Promise<RunningApi> {
  keepGarbageYoung();
  const { database, settings, log } = options;
  const state = quoteIdentifier(options.stateSchema);
  const pool = openStatementPool({
    connection: options.connection,
    database,
    size: settings.pool,
    statementTimeout: settings.statementTimeout,
    queueTimeout: settings.queueTimeout,
    prepare: settings.prepare,
  });
  const verifier = new KeyVerifier({ database, state });
  const documents = new ServedDocuments({ database, state, log });
  const bySchema = new WeakMap<object, LoadedGeneration>();
  let listening = false;
  let warm = !settings.warmUp;
  const warmOnce = (loaded: LoadedGeneration | undefined): void => {
    if (warm || loaded === undefined) return;
    warm = true;
    void warmUp(loaded, () => !stopping);
  };
  const follower = new GenerationFollower<LoadedGeneration>({
    database,
    state,
    log,
    pollInterval: settings.pollInterval,
    load: (artifacts) => options.load(artifacts, { keepsAnswers: true }),
    onFollowed: () => subscriptions.publishHeard(),
    onLoad: (loaded) => {
      bySchema.set(loaded.schema, loaded);
      apollo.update(loaded.schema);
      documents.prepare(loaded, () => follower.current === loaded);
      void segmentRules.recheck(loaded).catch((error: unknown) => {
        log.warn('the rules of segments could not be checked', { error: String(error) });
      });
      if (listening) warmOnce(loaded);
    },
    channels: { [keysChannel]: () => verifier.forget(), thau_run: () => subscriptions.runHeard() },
  });
  const segmentRules = new SegmentRules({
    database,
    state,
    roles: settings.roles,
    log,
    current: () => follower.current,
  });
  const audit = new SubjectAudit({ database, state });
  const answerer = new Answerer({
    audit,
    pool,
    follower,
    log,
    slow: new SlowStatements({ database, log, threshold: settings.slowStatement }),
    mutations: { ...requestMutations(database, state), ...segmentRules.mutations },
  });
  const apollo = await startApollo({
    answerer,
    log,
    settings,
    generation: (schema) => bySchema.get(schema),
  });
  const subscriptions = new Subscriptions({
    database,
    state,
    answerer,
    follower,
    log,
    most: settings.subscriptions,
    mostOfOne: Math.max(1, Math.ceil(settings.subscriptions / 10)),
  });
  const metrics = new RequestMetrics([
    gauge('thau_api_subscriptions', 'Subscriptions that are open.', () => subscriptions.open),
    gauge(
      'thau_api_connections',
      'Connections to the database that answer requests.',
      () => pool.counts.open,
    ),
    gauge('thau_api_connections_idle', 'Those of them that are free.', () => pool.counts.idle),
    gauge('thau_api_requests_waiting', 'Requests that wait for one.', () => pool.counts.waiting),
    gauge('thau_api_cache_bytes', 'Answers kept in memory.', () => follower.current?.answers.bytes ?? 0),
    gauge(
      'thau_api_generation',
      'The generation that answers.',
      () => Number(follower.current?.generation ?? 0),
      'min',
    ),
    gauge(
      'thau_api_listening',
      '1 while a publish would be heard of at once.',
      () => (follower.listening ? 1 : 0),
      'min',
    ),
  ]);
  const authenticator = new Authenticator({
    keys: verifier,
    tokens: settings.tokens && new TokenVerifier(settings.tokens),
    roles: settings.roles,
    allowAnonymous: settings.allowAnonymous,
  });
  const rateLimits = new RateLimits(options.takeRequest);
  // a stream has a connection beside the pool, and most of the time nobody waits for it
  const slots = new StreamSlots(Math.max(2, Math.ceil(settings.pool / 2)), settings.queueTimeout);
  const streams = new FlatStreams({
    database,
    state,
    follower,
    slots,
    audit,
    statementTimeout: settings.statementTimeout,
  });
  const pins = new PagePins({
    database,
    state,
    follower,
    load: (artifacts) => options.load(artifacts, { keepsAnswers: false }),
  });
  const tracer = settings.traces && new Tracer(settings.traces, (message) => log.warn(message));
  const requestId = requestIds();
  let stopping = false;
  const lean = new LeanPath({
    authenticator,
    follower,
    answerer,
    rateLimits,
    tracer,
    requestId,
    bodyLimit: settings.bodyLimit,
    stopping: () => stopping,
    observe: (seconds) => metrics.observe('graphql', 200, seconds),
  });
  const app = fastifyOver(lean, settings, requestId, () => stopping);
  const own = (): MetricsSnapshot => metrics.snapshot();
  const snapshots = options.snapshots?.(own) ?? (() => Promise.resolve([own()]));
  metricsRoutes(app, { metrics, authenticator, snapshots });
  traceRoutes(app, tracer);
  cors(app, settings.corsOrigins);
  graphqlRoutes(app, { apollo, answerer, authenticator, follower, rateLimits, settings });
  flatRoutes(app, { authenticator, follower, answerer, streams, pins, rateLimits });
  const liveOptions = { subscriptions, authenticator, follower, rateLimits, settings, requestId };
  sseRoutes(app, liveOptions);
  const closeSockets = serveWebSockets(app.server, liveOptions);
  healthRoutes(app, { follower, database, stopping: () => stopping });
  pageRoutes(app, { follower });
  await follower.start();
  await listen(app, settings);
  listening = true;
  warmOnce(follower.current);
  const flush = setInterval(() => void verifier.flushUses().catch(() => undefined), useFlushInterval);
  flush.unref();
  const forget = (): void => {
    if (settings.auditKeep === 0) return;
    // tried again at its next turn
    void audit.forget(settings.auditKeep).catch(() => undefined);
  };
  forget();
  const forgetting = setInterval(forget, forgetInterval).unref();
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    stop: async () => {
      stopping = true;
      clearInterval(flush);
      clearInterval(forgetting);
      subscriptions.stop();
      await closeSockets();
      await closeServer(app, settings.shutdownTimeout);
      await apollo.server.stop();
      await follower.stop();
      await pins.stop();
      await documents.settled();
      await pool.close();
      await tracer?.stop();
      await verifier.flushUses().catch(() => undefined);
    },
  };
}

function gauge(name: string, help: string, read: () => number, together: 'sum' | 'min' = 'sum'): Gauge {
  return { name, help, read, together };
}

/** Fastify behind the lean path: it sees every request that the lean path does not answer. */
function fastifyOver(
  lean: LeanPath,
  settings: ApiSettings,
  requestId: (headers: IncomingMessage['headers']) => string,
  stopping: () => boolean,
): FastifyInstance {
  const app = Fastify({
    bodyLimit: settings.bodyLimit,
    genReqId: (request) => requestId(request.headers),
    exposeHeadRoutes: true,
    forceCloseConnections: 'idle',
    // what arrived before the listener was closed is answered, on a connection that then ends
    return503OnClosing: false,
    serverFactory: (handler) => {
      const server = createServer((request: IncomingMessage, response: ServerResponse) => {
        lean.handle(request, response, () => handler(request, response));
      });
      server.keepAliveTimeout = 72_000;
      return server;
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    if (stopping()) reply.header('connection', 'close');
    done();
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const message = status < 500 ? error.message : 'The request could not be answered.';
    const code = status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
    return reply.code(status).send({ errors: [{ message, extensions: { code } }] });
  });
  return app;
}

async function listen(app: FastifyInstance, settings: ApiSettings): Promise<void> {
  const { host, port } = settings;
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new ThauError('API_PORT_IN_USE', `Port ${port} of ${host} is in use by another process.`, {
        hint: 'Stop that process, or set `api.port` in thau.yml (or PORT in the environment).',
        cause: error,
      });
    }
    throw new ThauError(
      'API_LISTEN',
      `The API cannot listen on ${host}, port ${port}: ${code ?? String(error)}.`,
      {
        hint: 'Correct `api.host` and `api.port` in thau.yml.',
        cause: error,
      },
    );
  }
}

/** Waits for what is in flight, at most `timeout` milliseconds. */
async function closeServer(app: FastifyInstance, timeout: number): Promise<void> {
  const server: Server = app.server;
  const force = setTimeout(() => server.closeAllConnections(), timeout);
  // a connection whose answer was under way is kept alive by its header, and would be waited for until it times out
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  try {
    await app.close();
  } finally {
    clearTimeout(force);
    clearInterval(idle);
  }
}
