import type { IncomingHttpHeaders } from 'node:http';

/**
 * The key a request carries, from one of
 * - `Authorization: Bearer <key>`,
 * - `Authorization: Basic base64(<anything>:<key>)`, for tools that know user and password only; a key alone as the
 *   user is taken too,
 * - `X-API-Key: <key>`.
 *
 * Undefined where there is none. What is returned is not checked.
 */
export function keyOfHeaders(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const space = authorization.indexOf(' ');
    const scheme = authorization.slice(0, space).toLowerCase();
    const value = authorization.slice(space + 1).trim();
    if (scheme === 'bearer') return value;
    if (scheme === 'basic') return keyOfBasic(value);
    return authorization;
  }
  const header = headers['x-api-key'];
  return Array.isArray(header) ? header[0] : header;
}

function keyOfBasic(value: string): string {
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const password = pair.slice(colon + 1);
  return colon >= 0 && password !== '' ? password : pair.slice(0, colon < 0 ? undefined : colon);
}
