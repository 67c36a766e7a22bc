import { writeFile } from 'node:fs/promises';
import type { RunExplanation } from '../../build/explain/explain-run.js';
import type { AddCommand } from '../command.js';

/** `thau explain [run]`: what made a run as long as it was. */
export const addExplain: AddCommand = (program, run) => {
  program
    .command('explain')
    .description('show what made a run as long as it was: critical path, waiting, the worst plans')
    .argument('[run]', 'the number of the run (default: the last)')
    .option('--svg <file>', 'write a Gantt chart of the run as SVG')
    .option('--plans <count>', 'models whose plan is shown', '3')
    .action(
      run<{ svg?: string; plans: string }>(async ({ output, ...context }, flags, [runId]) => {
        const { explainRun } = await import('../../build/explain/explain-run.js');
        const { gantt } = await import('../../build/explain/gantt.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const found = await explainRun(database, quoteIdentifier(settings.database.stateSchema), {
          ...(runId !== undefined && { runId: wholeNumber(runId, 'the run') }),
          plans: flags.plans === '0' ? 0 : wholeNumber(flags.plans, '--plans'),
        });
        if (flags.svg !== undefined) {
          await writeFile(flags.svg, gantt(found.nodes, found.path, titleOf(found)));
          output.log(`wrote ${flags.svg}`);
        }
        output.result(found, toText(found));
        return 0;
      }),
    );
};

function titleOf({ run, wall }: RunExplanation): string {
  return `run ${run.runId}, ${run.command}, ${run.state}, ${seconds(wall)}`;
}

function toText(found: RunExplanation): string {
  const { nodes, path, plans, skipped, wall, waiting, work } = found;
  const atATime = wall > 0 ? (work / wall).toFixed(1) : '0';
  const lines = [
    titleOf(found),
    `${nodes.length} nodes ran for ${seconds(work)} in all, ${atATime} at a time`,
    '',
    `critical path, ${seconds(path.reduce((sum, step) => sum + step.ran, 0))} of work and ${seconds(waiting)} of waiting:`,
    ...path.map(
      (step) =>
        `  ${seconds(step.ran).padStart(8)}  ${step.name}${step.waited >= 1 ? `  (waited ${seconds(step.waited)})` : ''}`,
    ),
  ];
  if (plans.length > 0)
    lines.push('', 'the slowest models, and what their plans spend most on:', ...plans.flatMap(planLines));
  if (skipped.length > 0) {
    lines.push(
      '',
      'did not run:',
      ...skipped.map(({ name, status, why }) => `  ${name}: ${status}${why === '' ? '' : `, ${why}`}`),
    );
  }
  return lines.join('\n');
}

function planLines({ name, seconds: took, steps, problem }: RunExplanation['plans'][number]): string[] {
  const head = `  ${seconds(took * 1000).padStart(8)}  ${name}`;
  if (problem !== undefined) return [head, `            no plan: ${problem}`];
  return [
    head,
    ...(steps ?? []).map(({ what, condition, share, rows }) => {
      const where = condition === undefined ? '' : `: ${condition.slice(0, 80)}`;
      return `            ${Math.round(share * 100)} %  ${what}, ${rows} rows${where}`;
    }),
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
