import type { WarehouseStatus } from '../../build/history/read-status.js';
import type { CountedCases } from '../../privacy/cases.js';
import type { AddCommand } from '../command.js';
import { duration } from '../run/node-line.js';

/** `thau status`: what is shown, how fresh it is, and what goes on. */
export const addStatus: AddCommand = (program, run) => {
  program
    .command('status')
    .description('show the current generation, what is stale, and what runs')
    .action(
      run(async ({ output, ...context }) => {
        const { readStatus } = await import('../../build/history/read-status.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { countCases } = await import('../../privacy/cases.js');
        const { database, settings } = await context.warehouse();
        const state = quoteIdentifier(settings.database.stateSchema);
        const status = await readStatus(database, state);
        const cases = await countCases(database, state);
        output.result({ ...status, cases }, [...text(status), ...casesText(cases)].join('\n'));
        return 0;
      }),
    );
};

function text(status: WarehouseStatus): string[] {
  const lines =
    status.generation === null || !status.publishedAt
      ? ['Nothing is published yet: thau build.']
      : [
          `Generation ${status.generation}, published ${status.publishedAt.toLocaleString('sv-SE')}, ${status.relations} relations.`,
        ];
  for (const { node, since } of status.stale) {
    lines.push(`stale since ${since.toLocaleString('sv-SE')}: ${node}`);
  }
  if (status.lagging.length > 0) lines.push(`views that lag behind: ${status.lagging.join(', ')}`);
  if (status.garbage > 0) lines.push(`${status.garbage} relations wait to be dropped`);
  for (const { generation, holder } of status.leases)
    lines.push(`generation ${generation} is kept for ${holder}`);
  for (const { request, kind, by } of status.waiting)
    lines.push(`request ${request} (${kind}, by ${by}) waits`);
  const { running, lastRun } = status;
  if (running) {
    lines.push(
      `Run ${running.runId} (${running.command}, ${running.trigger}) goes on since ${duration(running.seconds ?? 0)} in process ${running.pid} on ${running.host}.`,
    );
  } else if (lastRun) {
    lines.push(`Last run: ${lastRun.runId}, ${lastRun.state}, ${duration(lastRun.seconds ?? 0)}.`);
  }
  return lines;
}

/** What people asked for under the law is told first by what is late. */
function casesText({ open, overdue }: CountedCases): readonly string[] {
  if (open === 0) return [];
  const late = overdue > 0 ? `, ${overdue} of them OVERDUE` : '';
  return [`Requests of people about their data: ${open} open${late} (thau cases).`];
}
