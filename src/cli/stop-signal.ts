import { ThauError } from '../errors/thau-error.js';

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds in which a further signal is the same Ctrl-C: npm hands on what the terminal sends to us as well. */
const echo = 1000;

/**
 * Ctrl-C and SIGTERM as an AbortSignal: the command finishes what it must. Asked again, the process ends at once, as
 * if it had been killed, which every part of thau must survive anyway.
 */
export function onStopSignal(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let first: number | undefined;
  const listener = (name: NodeJS.Signals): void => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      controller.abort(new ThauError('CLI_INTERRUPTED', `Stopped by ${name}.`));
    } else if (now - first > echo) {
      process.exit(130);
    }
  };
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
