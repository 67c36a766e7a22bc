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
    .option('--analyze', 'execute their selects again, to count rows and time instead of estimating')
    .action(
      run<{ svg?: string; plans: string; analyze?: true }>(async ({ output, ...context }, flags, [runId]) => {
        const { explainRun } = await import('../../build/explain/explain-run.js');
        const { gantt } = await import('../../build/explain/gantt.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const found = await explainRun(database, quoteIdentifier(settings.database.stateSchema), {
          ...(runId !== undefined && { runId: wholeNumber(runId, 'the run') }),
          ...(flags.analyze && { analyze: true }),
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

/** Steps of the critical path that are shown: the longest, in their order. */
const shownSteps = 40;

function toText(found: RunExplanation): string {
  const { nodes, path, plans, skipped, wall, waiting, work, before, after } = found;
  const atATime = wall - before - after > 0 ? (work / (wall - before - after)).toFixed(1) : '0';
  const longest = new Set(
    [...path]
      .sort((a, b) => b.ran + b.waited - (a.ran + a.waited))
      .slice(0, shownSteps)
      .map((step) => step.nodeId),
  );
  const rest = path.filter((step) => !longest.has(step.nodeId));
  const lines = [
    titleOf(found),
    `${nodes.length} nodes ran for ${seconds(work)} in all, ${atATime} at a time`,
    ...(nodes.length === 0
      ? []
      : [
          `${seconds(before)} before the first (plan, check), ${seconds(after)} after the last (publish, tidying up)`,
        ]),
    '',
    `critical path, ${seconds(path.reduce((sum, step) => sum + step.ran, 0))} of work and ${seconds(waiting)} of waiting:`,
    ...path
      .filter((step) => longest.has(step.nodeId))
      .map(
        (step) =>
          `  ${seconds(step.ran).padStart(8)}  ${step.name}${step.waited >= 5 && step !== path[0] ? `  (waited ${seconds(step.waited)})` : ''}`,
      ),
    ...(rest.length === 0
      ? []
      : [
          `  ${seconds(rest.reduce((sum, step) => sum + step.ran, 0)).padStart(8)}  in ${rest.length} shorter steps`,
        ]),
  ];
  if (plans.length > 0)
    lines.push(
      '',
      `the slowest models, and what their plans ${plans.some((plan) => plan.took !== undefined) ? 'spent' : 'should spend'} most on:`,
      ...plans.flatMap(planLines),
    );
  if (skipped.length > 0) {
    lines.push(
      '',
      'did not run:',
      ...skipped.map(({ name, status, why }) => `  ${name}: ${status}${why === '' ? '' : `, ${why}`}`),
    );
  }
  return lines.join('\n');
}

function planLines({
  name,
  seconds: built,
  took,
  steps,
  problem,
}: RunExplanation['plans'][number]): string[] {
  const now = took === undefined ? '' : `  (its select alone ${seconds(took)} now)`;
  const head = `  ${seconds(built * 1000).padStart(8)}  ${name}${now}`;
  if (problem !== undefined) return [head, `            no plan: ${problem}`];
  return [
    head,
    ...(steps ?? []).map(({ what, condition, share, rows, actualRows }) => {
      const where = condition === undefined ? '' : `: ${condition.slice(0, 80)}`;
      const counted =
        actualRows === undefined ? `${rows} rows` : `${actualRows} rows${misjudged(rows, actualRows)}`;
      return `            ${Math.round(share * 100)} %  ${what}, ${counted}${where}`;
    }),
  ];
}

/** PostgreSQL was wrong by a factor that leads to bad plans. */
function misjudged(estimated: number, counted: number): string {
  const factor = Math.max(estimated, 1) / Math.max(counted, 1);
  return factor > 10 || factor < 0.1 ? ` (estimated ${estimated})` : '';
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
