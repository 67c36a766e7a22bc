import type { AddCommand } from '../command.js';
import { dependentsHelp, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau retry`: the last run again, without building again what it did well. */
export const addRetry: AddCommand = (program, run) => {
  program
    .command('retry')
    .description('go on with the run that failed: what it built and tested well is kept')
    .option('--state <folder>', 'the run whose run_results.json stands there (default: the last one here)')
    .option('--vars <yaml>', 'variables in place of those of that run')
    .option('--threads <count>', 'nodes built at a time')
    .option('-x, --fail-fast', 'begin nothing new after the first failure')
    .option('--dependents <what>', dependentsHelp)
    .action(
      run<RunFlagsGiven>(async (context, { state, ...given }) => {
        const { findFailedRun, noFailedRun } = await import('../../build/history/last-failed-run.js');
        const { readLastResults } = await import('../../build/history/last-results.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { retryOf, retryOfState } = await import('../run/retried-run.js');
        const { exitCodeOf, performRun } = await import('../run/run-command.js');
        const { database, settings } = await context.warehouse();
        const schema = quoteIdentifier(settings.database.stateSchema);
        const failed = await findFailedRun(database, schema);
        if (!failed && state === undefined) throw noFailedRun();
        const retried =
          failed && state === undefined
            ? retryOf(failed, given)
            : retryOfState(
                state ?? '',
                given,
                failed,
                await readLastResults(database, schema),
                settings.projectDir,
              );
        const summary = await performRun(context, {
          ...retried,
          command: retried.command as 'build' | 'run' | 'seed' | 'snapshot',
          signal: context.signal,
        });
        return exitCodeOf(summary);
      }),
    );
};
