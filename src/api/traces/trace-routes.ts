import type { FastifyInstance, FastifyRequest } from 'fastify';
import { leanContext, type WithContext } from '../graphql/lean-path.js';
import type { Trace, Tracer } from './tracer.js';

const traces = new WeakMap<FastifyRequest, Trace>();

/** The trace of a request that Fastify answers. */
export const traceOf = (request: FastifyRequest): Trace | undefined => traces.get(request);

/** Traces every request that Fastify answers; one that the lean path began goes on with its trace. */
export function traceRoutes(app: FastifyInstance, tracer: Tracer | undefined): void {
  if (tracer === undefined) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const context = (request.raw as WithContext)[leanContext];
    const trace = context === undefined ? tracer.begin(request.headers) : context.trace;
    if (trace !== undefined) traces.set(request, trace);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    // a route's pattern, never a path that somebody made up
    const route = request.routeOptions.url ?? 'unknown';
    const attributes = {
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': reply.statusCode,
      'thau.request_id': request.id,
    };
    traces.get(request)?.end(`${request.method} ${route}`, attributes, reply.statusCode >= 500);
    done();
  });
}
