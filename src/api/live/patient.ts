import { ThauError } from '../../errors/thau-error.js';
import { Bell } from './bell.js';

/** Milliseconds before the database is asked again when it did not answer. */
const retryAfter = 1_000;

const away = new Set<string>([
  'POSTGRES_CONNECTION_REFUSED',
  'POSTGRES_CONNECTION_LOST',
  'POSTGRES_UNREACHABLE',
  'POSTGRES_STARTING',
  'POSTGRES_TOO_MANY_CONNECTIONS',
  'API_BUSY',
]);

/** Asks until the database answers; undefined when nobody waits any more. */
export async function patient<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      return await ask();
    } catch (error) {
      if (isOver()) return undefined;
      if (!(error instanceof ThauError && away.has(error.code))) throw error;
      await new Bell().after(0, signal, retryAfter);
    }
  }
  return undefined;
}
