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
        return exitCodeOf(summary, all);
      }),
    );
};

/** The flags a run was started with, from its row. */
function flagsOf(args: Readonly<Record<string, unknown>>): RunFlagsGiven {
  const words = (key: string): readonly string[] => {
    const value = args[key];
    return Array.isArray(value) ? value.map(String) : [];
  };
  return {
    select: words('select'),
    exclude: words('exclude'),
    ...(typeof args['vars'] === 'string' && { vars: args['vars'] }),
    ...(args['full_refresh'] === true && { fullRefresh: true }),
    ...(args['store_failures'] === true && { storeFailures: true }),
    ...(args['empty'] === true && { empty: true }),
    ...(typeof args['sample'] === 'string' && { sample: args['sample'] }),
    ...(typeof args['event_time_start'] === 'string' && { eventTimeStart: args['event_time_start'] }),
    ...(typeof args['event_time_end'] === 'string' && { eventTimeEnd: args['event_time_end'] }),
  };
}
