import type { AddCommand } from '../command.js';
import { addRunFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau snapshot`, as dbt's. */
export const addSnapshot: AddCommand = (program, run) => {
  addRunFlags(program.command('snapshot').description('take snapshots, and publish them')).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { exitCodeOf, performRun } = await import('../run/run-command.js');
      const summary = await performRun(context, { command: 'snapshot', flags, signal: context.signal });
      return exitCodeOf(summary);
    }),
  );
};
