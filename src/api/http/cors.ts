import type { FastifyInstance } from 'fastify';

/**
 * Lets pages of the listed sites call the API. Keys travel in a header, never in a cookie, so no credentials are
 * allowed; `*` lets any page ask (it still needs a key).
 */
export function cors(app: FastifyInstance, origins: readonly string[]): void {
  const any = origins.includes('*');
  const allowed = new Set(origins);
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined || !(any || allowed.has(origin))) {
      done();
      return;
    }
    reply.header('access-control-allow-origin', any ? '*' : origin);
    reply.header('access-control-expose-headers', 'x-request-id, retry-after, etag');
    if (!any) reply.header('vary', 'Origin');
    if (request.method !== 'OPTIONS') {
      done();
      return;
    }
    reply.header('access-control-allow-methods', 'GET, POST');
    reply.header(
      'access-control-allow-headers',
      'authorization, content-type, x-api-key, x-request-id, apollo-require-preflight, x-apollo-operation-name',
    );
    reply.header('access-control-max-age', '600');
    void reply.code(204).send();
  });
  // preflights of other sites end here, without a word that lets them on
  app.options('/*', (_request, reply) => reply.code(204).send());
}
