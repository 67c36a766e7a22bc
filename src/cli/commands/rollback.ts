import type { AddCommand } from '../command.js';
import { dependentsFlag, dependentsHelp } from '../run/run-flags.js';
import { duration } from '../run/node-line.js';

/** `thau rollback [generation]`: shows an earlier generation again. */
export const addRollback: AddCommand = (program, run) => {
  program
    .command('rollback')
    .description('show an earlier generation again: a new one that maps to its tables')
    .argument('[generation]', 'its number (default: the one before the current)')
    .option('--to <generation>', 'the same')
    .option('--dependents <what>', dependentsHelp)
    .action(
      run<{ to?: string; dependents?: string }>(
        async ({ output, ...context }, { to, dependents }, [named]) => {
          const generation = named ?? to;
          const { rollback } = await import('../../build/rollback.js');
          const { wholeNumber } = await import('../whole-number.js');
          const { aloneOptions } = await import('../run/alone-options.js');
          const summary = await rollback({
            ...aloneOptions(await context.warehouse()),
            dependents: dependentsFlag(dependents),
            log: (message) => output.log(message, {}, 'warn'),
            ...(generation !== undefined && { to: wholeNumber(generation, 'the generation') }),
          });
          output.result(
            { runId: summary.runId, generation: summary.generation, seconds: summary.seconds },
            `Generation ${summary.generation ?? ''} shows the earlier tables again, after ${duration(summary.seconds)}.`,
          );
          return 0;
        },
      ),
    );
};
