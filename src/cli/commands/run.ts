import type { AddCommand } from '../command.js';
import { addRunFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau run`, as dbt's. */
export const addRun: AddCommand = (program, run) => {
  addRunFlags(
    program.command('run').description('build models without their tests, and publish them'),
  ).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { exitCodeOf, performRun } = await import('../run/run-command.js');
      const summary = await performRun(context, { command: 'run', flags, signal: context.signal });
      return exitCodeOf(summary);
    }),
  );
};
