import type { FastifyInstance } from 'fastify';
import type { Authenticator } from '../http/authenticate.js';
import {
  metricsText,
  summed,
  type MetricsSnapshot,
  type RequestKind,
  type RequestMetrics,
} from './request-metrics.js';

export interface MetricsOptions {
  readonly metrics: RequestMetrics;
  readonly authenticator: Authenticator;
  /** Of every process that answers on this port. */
  readonly snapshots: () => Promise<readonly MetricsSnapshot[]>;
}

/** `/metrics` for Prometheus, with any valid key, and the count of every request that Fastify answers. */
export function metricsRoutes(
  app: FastifyInstance,
  { metrics, authenticator, snapshots }: MetricsOptions,
): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.observe(kindOf(request.url), reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  app.get('/metrics', async (request, reply) => {
    const authentication = await authenticator.check(request.headers);
    if (!('caller' in authentication)) {
      return reply
        .code(authentication.status)
        .header('www-authenticate', 'Bearer realm="thau"')
        .type('text/plain; charset=utf-8')
        .send(`${authentication.message}\n`);
    }
    return reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(metricsText(summed(await snapshots())));
  });
}

function kindOf(url: string): RequestKind {
  if (url.startsWith('/graphql')) return 'graphql';
  if (url === '/q' || url.startsWith('/q/') || url.startsWith('/q?')) return 'flat';
  if (url.startsWith('/health/')) return 'health';
  if (url === '/' || url.startsWith('/graphiql') || url.startsWith('/assets/')) return 'page';
  return 'other';
}
