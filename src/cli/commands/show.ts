import { Option } from 'commander';
import type { AddCommand } from '../command.js';
import { addDeferralFlags, addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

interface ShowFlags extends RunFlagsGiven {
  readonly limit: string;
  readonly candidate?: true;
  readonly inline?: string;
  readonly inlineDirect?: string;
  readonly output: string;
}

/** `thau show`: rows of a model as its SQL gives them now, or of what a failed run built. */
export const addShow: AddCommand = (program, run) => {
  addDeferralFlags(
    addSelectionFlags(
      program.command('show').description('show rows of nodes; of a test, the rows that fail'),
    ),
  )
    .option('--limit <count>', 'rows of each', '5')
    .addOption(new Option('--threads <count>', 'one node after the other is rendered').hideHelp())
    .option('--inline <sql>', 'this SQL, with templates, instead of a node')
    .option('--inline-direct <sql>', 'this SQL as it is')
    .option('--output <how>', 'text or json', 'text')
    .option('--candidate', 'over what the last failed run built')
    .action(
      run<ShowFlags>(async ({ output, ...context }, flags) => {
        const { showRows } = await import('../../build/show/show-rows.js');
        const { ThauError } = await import('../../errors/thau-error.js');
        const { loadProject } = await import('../run/load-project.js');
        const { selectForRun } = await import('../run/select-for-run.js');
        const { deferralOf } = await import('../run/deferral-flags.js');
        const { namesNodes } = await import('../run/choose-nodes.js');
        const { textTable } = await import('../text-table.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { inlineNode } = await import('../../build/show/inline-node.js');
        const { shownRecords } = await import('../../build/show/shown-records.js');
        const { textOrJson } = await import('../run/text-or-json.js');
        const json = textOrJson(flags.output);
        const inline = flags.inline ?? flags.inlineDirect;
        if (inline === undefined && !namesNodes(flags)) {
          throw new ThauError('CLI_USAGE', 'thau show needs to know what to show.', {
            hint: 'Name it: thau show --select customers.',
          });
        }
        const limit = flags.limit === '-1' ? Infinity : wholeNumber(flags.limit, '--limit');
        const warehouse = await context.warehouse();
        const { database, settings } = warehouse;
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer } = await loadProject({ ...context, output, warehouse, ...vars });
        const { manifest } = project;
        const warn = (message: string): void => output.log(message, {}, 'warn');
        const direct =
          flags.inlineDirect === undefined ? undefined : `{% raw %}${flags.inlineDirect}{% endraw %}`;
        // a model alone, not its tests, unless they are what was named
        const selected =
          inline === undefined
            ? await selectForRun(context, project, 'show', { indirectSelection: 'empty', ...flags }, warn)
            : [];
        const nodes =
          inline === undefined
            ? [...selected].flatMap((id) => manifest.nodes[id] ?? [])
            : [inlineNode(manifest, direct ?? inline)];
        const defer = deferralOf(flags, context.env, warehouse, warn);
        for (const node of nodes) {
          const shown = await showRows({
            database,
            stateSchema: settings.database.stateSchema,
            manifest,
            renderer,
            flags: { FULL_REFRESH: false, STORE_FAILURES: false, WHICH: 'show', EMPTY: false },
            node,
            limit,
            candidate: flags.candidate ?? false,
            ...(defer && { defer }),
          });
          const { types: _types, ...told } = shown;
          if (json) {
            const value = { node: node.name, show: shownRecords(shown) };
            output.result({ node: node.unique_id, ...told }, JSON.stringify(value, null, 2));
            continue;
          }
          const of = shown.run === null ? '' : ` of run ${shown.run}`;
          const table = textTable(
            shown.columns,
            shown.rows.map((row) => row.map((value) => (value ?? '').replaceAll('\n', ' '))),
          );
          output.result({ node: node.unique_id, ...told }, `${node.name}${of}\n${table}\n`);
        }
        return 0;
      }),
    );
};
