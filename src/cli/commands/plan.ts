import type { AddCommand } from '../command.js';
import { addPathFlag, addSelectionFlags, pathSettings, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau plan`: what a build would do with each node, and why; touches nothing. */
export const addPlan: AddCommand = (program, run) => {
  addPathFlag(addSelectionFlags(program.command('plan').description('show what a build would do, and why')))
    .option('-f, --full-refresh', 'as if with --full-refresh')
    .action(
      run<RunFlagsGiven>(async ({ output, ...context }, flags) => {
        const { readGeneration } = await import('../../build/publish/generation.js');
        const { makePlan } = await import('../../build/plan/plan.js');
        const { readPassedTests } = await import('../../build/plan/passed-tests.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { loadProject } = await import('../run/load-project.js');
        const { selectForRun } = await import('../run/select-for-run.js');
        const { textTable } = await import('../text-table.js');
        const warehouse = await context.warehouse();
        const { database, settings } = warehouse;
        const state = quoteIdentifier(settings.database.stateSchema);
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer } = await loadProject({ warehouse, env: context.env, output, ...vars });
        const { manifest } = project;
        const warn = (message: string): void => output.log(message, {}, 'warn');
        const selected = await selectForRun(manifest, 'build', flags, warn);
        const current = await readGeneration(database, state);
        const plan = await makePlan(database, {
          manifest,
          renderer,
          flags: {
            FULL_REFRESH: flags.fullRefresh ?? false,
            STORE_FAILURES: false,
            WHICH: 'build',
            EMPTY: false,
          },
          state,
          current,
          selected,
          ...(flags.fullRefresh && { force: 'full refresh' }),
          distrustRecent: true,
          paths: pathSettings(flags, settings.runs),
          passedTests: await readPassedTests(database, state, current.number),
        });
        const rows = [...plan.decisions].map(([id, { action, because, path }]) => ({
          node: id,
          name: manifest.nodes[id]?.name ?? id,
          type: manifest.nodes[id]?.resource_type ?? '',
          action: manifest.nodes[id]?.resource_type === 'test' && action === 'build' ? 'test' : action,
          because,
          ...(path && { path: path.path, pathBecause: path.because }),
        }));
        const paths = new Map(
          [...plan.decisions].flatMap(([id, { path }]) =>
            path ? [[id, `${path.path}: ${path.because}`] as const] : [],
          ),
        );
        const built = rows.filter((row) => row.action !== 'carry').length;
        output.result(
          rows,
          `${textTable(
            ['node', 'what', 'why', ...(paths.size > 0 ? ['how'] : [])],
            rows.map((row) => [row.name, row.action, row.because, paths.get(row.node) ?? '']),
          )}\n\n${built} to build or test, ${rows.length - built} carried forward`,
        );
        return 0;
      }),
    );
};
