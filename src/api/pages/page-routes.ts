import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { asset, type Asset } from './asset.js';
import { examplesFor } from './examples.js';

export interface PageOptions {
  readonly follower: GenerationFollower<LoadedGeneration>;
}

/** Nothing is loaded from elsewhere, and no page of elsewhere shows ours. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** The landing page at `/`, GraphiQL, and the files both load. None shows data: that needs a key. */
export function pageRoutes(app: FastifyInstance, { follower }: PageOptions): void {
  app.get('/', (request, reply) => {
    const html = asset('landing.html')?.content.toString('utf8') ?? '';
    const origin = `${request.protocol}://${request.host}`;
    return page(reply, fill(html, { status: status(follower), curl: curl(origin) }));
  });
  app.get('/graphiql', (_request, reply) => page(reply, asset('graphiql.html')?.content ?? ''));
  app.get('/assets/examples.json', (_request, reply) => {
    const schema = follower.current?.schema;
    return reply.header('cache-control', 'no-store').send(schema === undefined ? [] : examplesFor(schema));
  });
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const found = asset(request.params.name);
    if (found === undefined) {
      reply.callNotFound();
      return reply;
    }
    return sendAsset(request, reply, found);
  });
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, found: Asset): FastifyReply {
  reply.header('etag', found.etag).header('cache-control', 'public, no-cache');
  if (request.headers['if-none-match'] === found.etag) return reply.code(304).send();
  return reply.type(found.type).send(found.content);
}

function page(reply: FastifyReply, html: string | Buffer): FastifyReply {
  return reply
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}

function status(follower: PageOptions['follower']): string {
  const { current } = follower;
  if (current === undefined) return 'Nothing is published yet: build once with `thau build`.';
  const published = current.publishedAt.toISOString().replace('T', ' ').slice(0, 16);
  return `Answering from generation ${current.generation}, published ${published} UTC.`;
}

function curl(origin: string): string {
  return [
    `curl ${origin}/graphql \\`,
    `  -H 'Authorization: Bearer <key>' -H 'Content-Type: application/json' \\`,
    `  -d '{"query":"{ segments { name } }"}'`,
  ].join('\n');
}

/** `{{name}}` in a page of ours becomes text, never markup. */
function fill(html: string, values: Readonly<Record<string, string>>): string {
  return html.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => escapeHtml(values[name] ?? ''));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
