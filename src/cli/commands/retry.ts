import type { AddCommand } from '../command.js';
import type { RunFlagsGiven } from '../run/run-flags.js';

/** `thau retry`: the last run again, without building again what it did well. */
export const addRetry: AddCommand = (program, run) => {
  program
    .command('retry')
    .description('go on with the run that failed: what it built and tested well is kept')
    .option('--threads <count>', 'nodes built at a time')
    .option('-x, --fail-fast', 'begin nothing new after the first failure')
    .action(
      run<RunFlagsGiven>(async (context, flags) => {
        const { lastFailedRun } = await import('../../build/history/last-failed-run.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { flagsOf } = await import('../run/run-args.js');
        const { exitCodeOf, performRun } = await import('../run/run-command.js');
        const { database, settings } = await context.warehouse();
        const failed = await lastFailedRun(database, quoteIdentifier(settings.database.stateSchema));
        const all = { ...flagsOf(failed.args), ...flags };
        const command = failed.command as 'build' | 'run' | 'seed' | 'snapshot';
        const summary = await performRun(context, {
          command,
          flags: all,
          signal: context.signal,
          retryOf: failed.runId,
        });
        return exitCodeOf(summary);
      }),
    );
};
