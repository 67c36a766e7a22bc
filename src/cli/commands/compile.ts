import { join } from 'node:path';
import { Option } from 'commander';
import type { AddCommand } from '../command.js';
import { addDeferralFlags, addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

interface CompileFlags extends RunFlagsGiven {
  readonly inline?: string;
  readonly output: string;
}

/** `thau compile`: the SQL of each node with its templates rendered, in `target/compiled`; changes nothing. */
export const addCompile: AddCommand = (program, run) => {
  addDeferralFlags(
    addSelectionFlags(program.command('compile').description('render templates to SQL, in target/compiled')),
  )
    .option('--empty', 'as if with --empty')
    .addOption(new Option('--threads <count>', 'one node after the other is rendered').hideHelp())
    .option('-f, --full-refresh', 'as if with --full-refresh')
    .option('--inline <sql>', 'render this instead')
    .option('--output <how>', 'text or json', 'text')
    .action(
      run<CompileFlags>(async ({ output, ...context }, flags) => {
        const { compileNodes } = await import('../../build/show/compile-nodes.js');
        const { inlineNode } = await import('../../build/show/inline-node.js');
        const { compileSelected } = await import('../run/compile-selected.js');
        const { loadProject } = await import('../run/load-project.js');
        const { namesNodes } = await import('../run/choose-nodes.js');
        const { textOrJson } = await import('../run/text-or-json.js');
        const { deferralOf } = await import('../run/deferral-flags.js');
        const { compiledPath, writeManifest } = await import('../run/write-manifest.js');
        const { version } = await import('../version.js');
        const json = textOrJson(flags.output);
        const warehouse = await context.warehouse();
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer } = await loadProject({ ...context, output, warehouse, ...vars });
        const { manifest, settings } = project;
        const warn = (message: string): void => output.log(message, {}, 'warn');
        if (flags.inline !== undefined) {
          const defer = deferralOf(flags, context.env, warehouse, warn);
          const { compiled: made, faults } = await compileNodes({
            database: warehouse.database,
            stateSchema: warehouse.settings.database.stateSchema,
            manifest,
            renderer,
            flags: {
              FULL_REFRESH: false,
              STORE_FAILURES: false,
              WHICH: 'compile',
              EMPTY: flags.empty ?? false,
            },
            nodes: [inlineNode(manifest, flags.inline)],
            ...(defer && { defer }),
          });
          if (faults[0]) throw faults[0];
          const sql = made[0]?.compiledCode ?? '';
          const value = { node: 'inline', compiled: sql };
          output.result(value, json ? JSON.stringify(value, null, 2) : sql);
          return 0;
        }
        const target = join(settings.root, settings.targetPath);
        const { compiled, faults } = await compileSelected(context, {
          project,
          renderer,
          flags,
          warn,
          target,
        });
        writeManifest(target, manifest, version(), { projectDir: settings.root, compiled });
        // what was named is shown; all of a project would only scroll by
        const shown = namesNodes(flags) || json;
        for (const [id, compiledCode] of compiled) {
          const node = manifest.nodes[id];
          if (!node || !(shown || output.json)) continue;
          const file = join(target, compiledPath(node));
          output.result(
            { node: id, file, compiledCode },
            json
              ? JSON.stringify({ node: node.name, compiled: compiledCode }, null, 2)
              : `-- ${node.name}\n${compiledCode}\n`,
          );
        }
        for (const fault of faults) output.error(fault);
        output.log(
          `${compiled.size} compiled to ${join(settings.targetPath, 'compiled')}${faults.length > 0 ? `, ${faults.length} could not be` : ''}`,
        );
        return faults.length > 0 ? 1 : 0;
      }),
    );
};
