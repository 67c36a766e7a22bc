import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau adopt`: relations that dbt or others made become thau's, with their rows. */
export const addAdopt: AddCommand = (program, run) => {
  addSelectionFlags(
    program.command('adopt').description('take over tables and views that stand where nodes are to show'),
  ).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { adopt } = await import('../../build/handover/adopt.js');
      const { aloneOptions } = await import('../run/alone-options.js');
      const { loadProject } = await import('../run/load-project.js');
      const { selectForRun } = await import('../run/select-for-run.js');
      const { output } = context;
      const warehouse = await context.warehouse();
      const vars = flags.vars === undefined ? {} : { vars: flags.vars };
      const { project } = await loadProject({ ...context, warehouse, ...vars });
      const warn = (message: string): void => output.log(message, {}, 'warn');
      const { summary, relations } = await adopt({
        ...aloneOptions(warehouse),
        manifest: project.manifest,
        selected: await selectForRun(context, project, 'build', flags, warn),
      });
      output.result(
        { runId: summary.runId, generation: summary.generation, relations },
        `${relations.length} ${relations.length === 1 ? 'relation is' : 'relations are'} thau's now: ${relations.join(', ')}.\nSnapshots and incremental models go on from their rows; thau build builds the rest anew.`,
      );
      return 0;
    }),
  );
};
