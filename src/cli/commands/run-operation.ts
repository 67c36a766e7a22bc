import type { AddCommand } from '../command.js';

interface RunOperationFlags {
  readonly args?: string;
  readonly vars?: string;
}

/** `thau run-operation <macro>`, as dbt's: calls a macro, outside of any run. */
export const addRunOperation: AddCommand = (program, run) => {
  program
    .command('run-operation')
    .description('call a macro')
    .argument('<macro>', 'its name, or package.name')
    .option('--args <yaml>', "its arguments, as in '{days: 3}'")
    .option('--vars <yaml>', "variables, as in '{as_of: 2026-01-31}'")
    .action(
      run<RunOperationFlags>(async ({ output, ...context }, flags, [macro = '']) => {
        const { runOperation } = await import('../../build/run/run-operation.js');
        const { loadProject } = await import('../run/load-project.js');
        const { yamlMapping } = await import('../run/yaml-mapping.js');
        const warehouse = await context.warehouse();
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer } = await loadProject({ ...context, output, warehouse, ...vars });
        const said: string[] = [];
        const answer = await runOperation({
          database: warehouse.database,
          stateSchema: warehouse.settings.database.stateSchema,
          manifest: project.manifest,
          renderer,
          flags: { FULL_REFRESH: false, STORE_FAILURES: false, WHICH: 'run-operation', EMPTY: false },
          onLog: (message, toConsole, printed) => {
            if (printed) output.print(message);
            else if (toConsole) output.log(message);
            if (toConsole) said.push(message);
          },
          call: (context) => renderer.runMacro(macro, yamlMapping(flags.args, '--args'), context),
        });
        // a macro that prints has said what it has to say: dbt's fingers write that to a file
        if (output.json) output.result({ macro, answer }, '');
        else if (said.length === 0)
          output.result(answer, isNothing(answer) ? `${macro} is done.` : JSON.stringify(answer));
        return 0;
      }),
    );
};

const isNothing = (answer: unknown): boolean => answer === null || answer === undefined || answer === '';
