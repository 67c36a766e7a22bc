import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const allowed = /^[A-Za-z0-9._:-]{1,100}$/;

/** Numbers requests: the id a proxy gave when it can stand in a log, else one unique to this process and moment. */
export function requestIds(): (headers: IncomingHttpHeaders) => string {
  const process = randomBytes(6).toString('base64url');
  let count = 0;
  return (headers) => {
    const given = headers['x-request-id'];
    if (typeof given === 'string' && allowed.test(given)) return given;
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}
