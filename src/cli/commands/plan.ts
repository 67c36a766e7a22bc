import { formatPlace } from '../../errors/format.js';
import { ThauError } from '../../errors/thau-error.js';
import type { AddCommand } from '../command.js';
import { addPathFlag, addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau plan`: what a build would do with each node, and why; touches nothing. */
export const addPlan: AddCommand = (program, run) => {
  addPathFlag(addSelectionFlags(program.command('plan').description('show what a build would do, and why')))
    .option('-f, --full-refresh', 'as if with --full-refresh')
    .option('--empty', 'as if with --empty')
    .option('--sample <window>', 'as if with --sample')
    .option('--no-check', 'do not ask the server whether what is to be built can be')
    .action(
      run<RunFlagsGiven>(async ({ output, ...context }, flags) => {
        const { textTable } = await import('../text-table.js');
        const { staleNodes } = await import('../../build/run/stale-nodes.js');
        const { planProject } = await import('../run/plan-project.js');
        const { checkBefore } = await import('../run/check-before.js');
        const warn = (message: string): void => output.log(message, {}, 'warn');
        const { plan, manifest, warehouse, ...planned } = await planProject(
          { output, ...context },
          flags,
          warn,
        );
        let whole: unknown;
        const refused =
          flags.check === false
            ? new Map<string, unknown>()
            : await checkBefore(warehouse, { plan, ...planned, warn }).catch((error: unknown) => {
                whole = error;
                return new Map<string, unknown>();
              });
        const rows = [...plan.decisions].map(([id, { action, because, path }]) => {
          const fault = refused.get(id);
          const type = manifest.nodes[id]?.resource_type ?? '';
          return {
            node: id,
            name: manifest.nodes[id]?.name ?? id,
            type,
            action: fault !== undefined ? 'refuse' : type === 'test' && action === 'build' ? 'test' : action,
            because: fault instanceof Error ? faultLine(fault) : because,
            ...(path && { path: path.path, pathBecause: path.because }),
          };
        });
        const built = rows.filter((row) => row.action !== 'carry').length - refused.size;
        const made = [...plan.decisions].filter(([, { action }]) => action === 'build').map(([id]) => id);
        const left = [...staleNodes(planned.scope, plan, new Set(made))]
          .filter((id) => !plan.decisions.has(id))
          .map((id) => manifest.nodes[id]?.name ?? id);
        output.result(
          rows,
          `${textTable(
            ['node', 'what', 'why', ...(rows.some((row) => row.path) ? ['how'] : [])],
            rows.map((row) => [
              row.name,
              row.action,
              row.because,
              row.path === undefined ? '' : `${row.path}: ${row.pathBecause}`,
            ]),
          )}\n\n${built} to build or test, ${rows.length - built} carried forward${refused.size === 0 ? '' : `, ${refused.size} refused: nothing would be published`}${left.length === 0 ? '' : `\nLeft stale, since what they read would be rebuilt without them: ${left.join(', ')}`}`,
        );
        if (whole !== undefined) throw whole as Error;
        return refused.size === 0 ? 0 : 1;
      }),
    );
};

/** A fault in one line of a table: where, and what. */
function faultLine(fault: Error): string {
  const at = fault instanceof ThauError && fault.at ? `${formatPlace(fault.at)}: ` : '';
  return `${at}${fault.message}`;
}
