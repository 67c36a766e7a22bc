import type { AddCommand } from '../command.js';
import { addRunFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau test`, as dbt's. */
export const addTest: AddCommand = (program, run) => {
  addRunFlags(program.command('test').description('run tests on what is published')).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { exitCodeOf, performRun } = await import('../run/run-command.js');
      const summary = await performRun(context, { command: 'test', flags, signal: context.signal });
      return exitCodeOf(summary);
    }),
  );
};
