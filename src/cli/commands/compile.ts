import { join } from 'node:path';
import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau compile`: the SQL of each node with its templates rendered, in `target/compiled`; changes nothing. */
export const addCompile: AddCommand = (program, run) => {
  addSelectionFlags(program.command('compile').description('render templates to SQL, in target/compiled'))
    .option('-f, --full-refresh', 'as if with --full-refresh')
    .action(
      run<RunFlagsGiven>(async ({ output, ...context }, flags) => {
        const { compileNodes } = await import('../../build/show/compile-nodes.js');
        const { loadProject } = await import('../run/load-project.js');
        const { selectForRun } = await import('../run/select-for-run.js');
        const { namesNodes } = await import('../run/choose-nodes.js');
        const { writeCompiled, writeManifest } = await import('../run/write-manifest.js');
        const { version } = await import('../version.js');
        const warehouse = await context.warehouse();
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer } = await loadProject({ ...context, output, warehouse, ...vars });
        const { manifest, settings } = project;
        const warn = (message: string): void => output.log(message, {}, 'warn');
        const selected = await selectForRun(context, project, 'compile', flags, warn);
        const target = join(settings.root, settings.targetPath);

        const compiled = await compileNodes({
          database: warehouse.database,
          stateSchema: warehouse.settings.database.stateSchema,
          manifest,
          renderer,
          flags: {
            FULL_REFRESH: flags.fullRefresh ?? false,
            STORE_FAILURES: false,
            WHICH: 'compile',
            EMPTY: false,
          },
          nodes: [...selected].sort().flatMap((id) => manifest.nodes[id] ?? []),
        });
        // what was named is shown; all of a project would only scroll by
        const shown = namesNodes(flags);
        for (const { node, compiledCode } of compiled) {
          const file = writeCompiled(target, node, compiledCode);
          if (shown || output.json) {
            output.result({ node: node.unique_id, file, compiledCode }, `-- ${node.name}\n${compiledCode}\n`);
          }
        }
        output.log(`${compiled.length} compiled to ${join(settings.targetPath, 'compiled')}`);
        return 0;
      }),
    );
};
