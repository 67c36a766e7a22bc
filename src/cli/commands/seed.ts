import type { AddCommand } from '../command.js';
import { addRunFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau seed`, as dbt's. */
export const addSeed: AddCommand = (program, run) => {
  addRunFlags(program.command('seed').description('load seed files, and publish them')).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { exitCodeOf, performRun } = await import('../run/run-command.js');
      const summary = await performRun(context, { command: 'seed', flags, signal: context.signal });
      return exitCodeOf(summary);
    }),
  );
};
