import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau clone`: what another state has, under this target's names. */
export const addClone: AddCommand = (program, run) => {
  addSelectionFlags(
    program
      .command('clone')
      .description('show what the target of --state has, as views under this target’s names'),
  )
    .option('--threads <count>', 'nodes at a time')
    .option('-f, --full-refresh', 'also what this target has already')
    .action(
      run<RunFlagsGiven>(async (context, flags) => {
        const { exitCodeOf, performRun } = await import('../run/run-command.js');
        const summary = await performRun(context, { command: 'clone', flags, signal: context.signal });
        return exitCodeOf(summary);
      }),
    );
};
