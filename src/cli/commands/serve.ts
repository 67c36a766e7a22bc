import type { AddCommand } from '../command.js';
import { announceFirstKey, startApi } from '../serve-api.js';

/** The API alone: it follows what other processes publish. */
export const addServe: AddCommand = (program, run) => {
  program
    .command('serve')
    .description('serve the GraphQL API; builds nothing')
    .action(
      run(async (context) => {
        const warehouse = await context.warehouse();
        await announceFirstKey(context, warehouse);
        const api = await startApi(context, warehouse);
        context.output.log(`GraphQL at ${api.url}/graphql, GraphiQL at ${api.url}/graphiql`, {
          url: api.url,
        });
        await stopSignal(context.signal);
        return 0;
      }),
    );
};

function stopSignal(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
