import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

interface ListFlags extends RunFlagsGiven {
  readonly output: string;
  readonly outputKeys?: readonly string[];
}

/** `thau list` (`ls`): the names of what a selection selects; touches no database. */
export const addList: AddCommand = (program, run) => {
  addSelectionFlags(program.command('list').alias('ls').description('list what a selection selects'))
    .option('--output <how>', 'selector, name, path or json', 'selector')
    .option('--output-keys <keys...>', 'with json: these keys only')
    .action(
      run<ListFlags>(async (context, flags) => {
        const { listed, listLine } = await import('../run/listed.js');
        const { openProject } = await import('../project/open-project.js');
        const { yamlMapping } = await import('../run/yaml-mapping.js');
        const project = await openProject(context, { vars: yamlMapping(flags.vars, '--vars') });
        const warn = (message: string): void => context.output.log(message, {}, 'warn');
        for (const node of await listed(context, project, flags, warn)) {
          context.output.result(node, listLine(node, flags.output, flags.outputKeys));
        }
        return 0;
      }),
    );
};
