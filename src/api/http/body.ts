import type { IncomingMessage } from 'node:http';

/** Why a body was not read. */
export type BodyFault = 'too large' | 'broken off';

/** Where the lean path leaves a body that it read and did not answer, for whoever answers next. */
export const bodyText = Symbol('bodyText');

export type WithBody = IncomingMessage & { [bodyText]?: string };

/** Reads a body as UTF-8 text and hands it to `done`; past `limit` bytes it stops at once. */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (fault: BodyFault | undefined, text: string) => void,
): void {
  let chunks: Buffer[] | undefined;
  let first: Buffer | undefined;
  let size = 0;
  let over = false;
  request.on('data', (chunk: Buffer) => {
    if (over) return;
    size += chunk.length;
    if (size > limit) {
      over = true;
      done('too large', '');
    } else if (first === undefined) first = chunk;
    else (chunks ??= [first]).push(chunk);
  });
  request.on('end', () => {
    if (over) return;
    over = true;
    done(undefined, (chunks === undefined ? first : Buffer.concat(chunks, size))?.toString('utf8') ?? '');
  });
  request.on('close', () => {
    if (over) return;
    over = true;
    done('broken off', '');
  });
}
