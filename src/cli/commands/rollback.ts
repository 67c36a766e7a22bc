import type { AddCommand } from '../command.js';
import { duration } from '../run/node-line.js';

/** `thau rollback [generation]`: shows an earlier generation again. */
export const addRollback: AddCommand = (program, run) => {
  program
    .command('rollback')
    .description('show an earlier generation again: a new one that maps to its tables')
    .argument('[generation]', 'its number (default: the one before the current)')
    .action(
      run(async ({ output, ...context }, _options, [generation]) => {
        const { rollback } = await import('../../build/rollback.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const summary = await rollback({
          database,
          stateSchema: settings.database.stateSchema,
          ...(generation !== undefined && { to: wholeNumber(generation, 'the generation') }),
          trigger: 'manual',
          target: settings.target.name,
          lockWait: settings.runs.lockWait,
          staleAfter: settings.runs.lockStaleAfter,
          keepGenerations: settings.runs.keepGenerations,
        });
        output.result(
          { runId: summary.runId, generation: summary.generation, seconds: summary.seconds },
          `Generation ${summary.generation ?? ''} shows the earlier tables again, after ${duration(summary.seconds)}.`,
        );
        return 0;
      }),
    );
};
