import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/**
 * An answer that may be asked again by its tag: 304 where it is still the same. The client keeps it for itself and asks
 * each time, since whoever holds another key may see something else.
 */
export function sendTagged(
  reply: FastifyReply,
  body: string | Uint8Array,
  contentType: string | undefined,
): FastifyReply {
  return isTagged(reply, body, contentType) ? reply.code(304).send() : reply.code(200).send(body);
}

/** Sets the tag of an answer that is the same as long as `identity` is; true where the client has it already. */
export function isTagged(
  reply: FastifyReply,
  identity: string | Uint8Array,
  contentType: string | undefined,
): boolean {
  const hashed = createHash('sha256')
    .update(`${contentType ?? ''}\n`)
    .update(identity);
  const etag = `"${hashed.digest('base64url').slice(0, 27)}"`;
  reply
    .header('etag', etag)
    .header('cache-control', 'private, no-cache')
    .header('vary', 'Authorization, X-API-Key, Accept');
  return matches(reply.request.headers['if-none-match'], etag);
}

/** `If-None-Match` compares weakly: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => {
    const tag = one.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag;
  });
}
