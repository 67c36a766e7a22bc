import type { AddCommand } from '../command.js';
import { addRunFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau build`, as dbt's. */
export const addBuild: AddCommand = (program, run) => {
  addRunFlags(
    program.command('build').description('seed, build, snapshot and test, then publish it all at once'),
  ).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { exitCodeOf, performRun } = await import('../run/run-command.js');
      const summary = await performRun(context, { command: 'build', flags, signal: context.signal });
      return exitCodeOf(summary);
    }),
  );
};
