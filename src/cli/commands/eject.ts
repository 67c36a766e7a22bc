import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau eject`: tables in place of stable views, for dbt to go on with. */
export const addEject: AddCommand = (program, run) => {
  addSelectionFlags(
    program
      .command('eject')
      .description('turn stable views into tables, so that dbt can take the database over'),
  ).action(
    run<RunFlagsGiven>(async (context, flags) => {
      const { eject } = await import('../../build/handover/eject.js');
      const { aloneOptions } = await import('../run/alone-options.js');
      const { namesNodes } = await import('../run/choose-nodes.js');
      const { loadProject } = await import('../run/load-project.js');
      const { selectForRun } = await import('../run/select-for-run.js');
      const { output } = context;
      const warehouse = await context.warehouse();
      const vars = flags.vars === undefined ? {} : { vars: flags.vars };
      const { project } = await loadProject({ ...context, warehouse, ...vars });
      const warn = (message: string): void => output.log(message, {}, 'warn');
      const some = namesNodes(flags) || (flags.exclude ?? []).length > 0;
      const { summary, relations } = await eject({
        ...aloneOptions(warehouse),
        manifest: project.manifest,
        ...(some && { selected: await selectForRun(context, project, 'build', flags, warn) }),
      });
      output.result(
        { runId: summary.runId, generation: summary.generation, relations },
        `${relations.length} ${relations.length === 1 ? 'relation is' : 'relations are'} no longer thau's: ${relations.join(', ')}.\nthau adopt takes them back.`,
      );
      return 0;
    }),
  );
};
