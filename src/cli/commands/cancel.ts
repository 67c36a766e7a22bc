import type { AddCommand } from '../command.js';

/** `thau cancel [run]`: stops the run going on, wherever its process is. */
export const addCancel: AddCommand = (program, run) => {
  program
    .command('cancel')
    .description('stop the run that is going on; nothing of it is published')
    .argument('[run]', 'the number of the run')
    .action(
      run(async ({ output, ...context }, _options, [runId]) => {
        const { requestCancel } = await import('../../build/run/request-cancel.js');
        const { runLockHolder } = await import('../../postgres/run-lock.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const { stateSchema } = settings.database;
        const holder = await runLockHolder(database, stateSchema);
        const wanted = runId === undefined ? undefined : wholeNumber(runId, 'the run');
        if (!holder || (wanted !== undefined && holder.runId !== wanted)) {
          output.result(
            { cancelled: null },
            wanted === undefined ? 'Nothing runs.' : `Run ${wanted} is not going on.`,
          );
          return 1;
        }
        await requestCancel(database, quoteIdentifier(stateSchema), 'thau cancel', holder.runId ?? undefined);
        output.result(
          { cancelled: holder.runId },
          `Asked run ${holder.runId ?? ''} (process ${holder.pid} on ${holder.host}) to stop.`,
        );
        return 0;
      }),
    );
};
