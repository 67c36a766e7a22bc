import type { FastifyInstance } from 'fastify';
import type { Database } from '../../postgres/database.js';
import type { FollowerStatus } from '../generation/follower.js';

export interface HealthOptions {
  readonly follower: { readonly status: FollowerStatus };
  readonly database: Database;
  readonly stopping: () => boolean;
}

/** Milliseconds the database may take to answer a probe. */
const patience = 2_000;

/**
 * `/health/live`: the process answers. `/health/ready`: a generation is loaded, the database answers, and the server
 * is not about to stop; a balancer sends requests here only then. Neither needs a key, and neither says more.
 */
export function healthRoutes(app: FastifyInstance, options: HealthOptions): void {
  app.get('/health/live', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  app.get('/health/ready', async (_request, reply) => {
    const { follower, stopping } = options;
    const generation = follower.status.generation ?? null;
    const database = await answers(options.database);
    const ready = generation !== null && database && !stopping();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({
        status: ready ? 'ready' : 'not ready',
        generation,
        database: database ? 'answers' : 'does not answer',
        // the reason stands in the log: this page is open to everyone
        current: follower.status.fault === undefined,
        ...(stopping() && { stopping: true }),
      });
  });
}

/** Whether the database answers in time; probes at once share one question. */
async function answers(database: Database): Promise<boolean> {
  const waiting = probes.get(database) ?? probe(database).finally(() => probes.delete(database));
  probes.set(database, waiting);
  return waiting;
}

const probes = new WeakMap<Database, Promise<boolean>>();

async function probe(database: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patience);
  });
  const asked = database.query('select 1').then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
