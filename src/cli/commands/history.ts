import type { RunNodeRow, RunRow } from '../../build/history/read-history.js';
import type { AddCommand } from '../command.js';
import { duration } from '../run/node-line.js';
import { textTable } from '../text-table.js';

/** `thau history`: the runs; `thau history 12`: the nodes of one. */
export const addHistory: AddCommand = (program, run) => {
  program
    .command('history')
    .description('show what ran, and which generations there are')
    .argument('[run]', 'the number of a run: show its nodes')
    .option('--limit <count>', 'runs shown', '20')
    .action(
      run<{ limit: string }>(async ({ output, ...context }, options, [runId]) => {
        const { readHistory, readRun, readRunNodes } = await import('../../build/history/read-history.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const state = quoteIdentifier(settings.database.stateSchema);
        if (runId === undefined) {
          const rows = await readHistory(database, state, wholeNumber(options.limit, '--limit'));
          output.result(rows, rows.length === 0 ? 'Nothing ran yet.' : runTable(rows));
          return 0;
        }
        const row = await readRun(database, state, wholeNumber(runId, 'the run'));
        const nodes = await readRunNodes(database, state, row.runId);
        output.result(
          { ...row, nodes },
          [runTable([row]), errorOf(row), nodeTable(nodes)].filter(Boolean).join('\n\n'),
        );
        return 0;
      }),
    );
};

function runTable(rows: readonly RunRow[]): string {
  return textTable(
    ['run', 'state', 'command', 'trigger', 'started', 'took', 'generation'],
    rows.map((row) => [
      String(row.runId),
      row.state,
      [row.command, row.args['empty'] === true && '--empty', row.args['sample'] !== undefined && '--sample']
        .filter(Boolean)
        .join(' '),
      row.trigger,
      row.startedAt.toLocaleString('sv-SE'),
      row.seconds === null ? '' : duration(row.seconds),
      row.generation === null
        ? ''
        : `${row.generation}${row.current ? ' (current)' : row.kept ? ' (kept)' : ''}`,
    ]),
  );
}

function nodeTable(rows: readonly RunNodeRow[]): string {
  return textTable(
    ['status', 'node', 'took', 'rows', 'message'],
    rows.map((row) => [
      row.status,
      row.name,
      row.seconds === null ? '' : duration(row.seconds),
      row.rows === null ? (row.failures === null ? '' : String(row.failures)) : String(row.rows),
      (row.error?.message ?? row.message ?? '').split('\n')[0] ?? '',
    ]),
  );
}

function errorOf(row: RunRow): string {
  if (!row.error) return '';
  return `${row.error.code}: ${row.error.message}${row.error.hint === undefined ? '' : `\n  hint: ${row.error.hint}`}`;
}
