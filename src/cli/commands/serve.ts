import { Option } from 'commander';
import type { AddCommand, CommandContext } from '../command.js';
import { startApi } from '../serve-api.js';
import { announceFirstKeys } from '../start/first-keys.js';
import { wholeNumber } from '../whole-number.js';

interface ServeOptions {
  readonly workers?: number;
}

/** The API alone: it follows what other processes publish. */
export const addServe: AddCommand = (program, run) => {
  program
    .command('serve')
    .description('serve the GraphQL API; builds nothing')
    .addOption(
      new Option(
        '--workers <count>',
        'processes that answer on the one port (default: api.workers)',
      ).argParser((text) => wholeNumber(text, '--workers')),
    )
    .action(
      run<ServeOptions>(async (context, options) => {
        const { default: cluster } = await import('node:cluster');
        if (cluster.isWorker) return serveAsWorker(context);
        const workers = options.workers ?? context.settings().api.workers ?? 1;
        const warehouse = await context.warehouse();
        if (workers > 1) {
          const { WorkerPrimary } = await import('../workers/primary.js');
          return new WorkerPrimary(context, workers).run((url) => announceFirstKeys(context, warehouse, url));
        }
        const api = await startApi(context, warehouse);
        await announceFirstKeys(context, warehouse, api.url);
        context.output.log(`GraphQL at ${api.url}/graphql, GraphiQL at ${api.url}/graphiql`, {
          url: api.url,
        });
        await stopSignal(context.signal);
        return 0;
      }),
    );
};

/** Ends by the word of the primary, or when it is asked to itself; the primary then makes another. */
async function serveAsWorker(context: CommandContext): Promise<number> {
  const { ApiWorker } = await import('../workers/worker.js');
  const worker = new ApiWorker();
  const { snapshots, takeRequest } = worker;
  const api = await startApi(context, await context.warehouse(), { snapshots, takeRequest });
  worker.listening(api.url);
  await Promise.race([worker.stopped, stopSignal(context.signal)]);
  return 0;
}

function stopSignal(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
