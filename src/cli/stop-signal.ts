import { ThauError } from '../errors/thau-error.js';

/**
 * Ctrl-C and SIGTERM as an AbortSignal: the command finishes what it must. A second one ends the process as it would
 * without us.
 */
export function onStopSignal(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listeners = names.map((name) => {
    const listener = (): void => {
      dispose();
      controller.abort(new ThauError('CLI_INTERRUPTED', `Stopped by ${name}.`));
    };
    process.on(name, listener);
    return { name, listener };
  });
  const dispose = (): void => {
    for (const { name, listener } of listeners) process.off(name, listener);
  };
  return { signal: controller.signal, dispose };
}
