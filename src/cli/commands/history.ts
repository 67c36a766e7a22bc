import { Option } from 'commander';
import type { NodeTrend } from '../../build/history/node-trend.js';
import type { RunNodeRow, RunRow } from '../../build/history/read-history.js';
import type { AddCommand } from '../command.js';
import { dateOption } from '../date-option.js';
import { duration } from '../run/node-line.js';
import { textTable } from '../text-table.js';

interface HistoryFlags {
  readonly limit: string;
  readonly state?: string;
  readonly command?: string;
  readonly trigger?: string;
  readonly since?: Date;
  readonly node?: string;
}

/** `thau history`: the runs; `thau history 12`: the nodes of one; `--node`: how one node fared. */
export const addHistory: AddCommand = (program, run) => {
  program
    .command('history')
    .description('show what ran, and which generations there are')
    .argument('[run]', 'the number of a run: show its nodes')
    .option('--limit <count>', 'runs shown', '20')
    .addOption(
      new Option('--state <state>', 'only runs that ended so').choices([
        'running',
        'published',
        'succeeded',
        'failed',
        'cancelled',
        'superseded',
      ]),
    )
    .option('--command <command>', 'only runs of this command: build, rollback, …')
    .option('--trigger <trigger>', 'only runs started so: manual, schedule, schedule:<name>, …')
    .option('--since <day>', 'only runs begun on this day (UTC) or later', dateOption)
    .option('--node <name>', 'how long one node took, and how many rows it had, run by run')
    .action(
      run<HistoryFlags>(async ({ output, ...context }, options, [runId]) => {
        const { readHistory, readRun, readRunNodes } = await import('../../build/history/read-history.js');
        const { readNodeTrend } = await import('../../build/history/node-trend.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const state = quoteIdentifier(settings.database.stateSchema);
        const limit = wholeNumber(options.limit, '--limit');
        if (options.node !== undefined) {
          const trend = await readNodeTrend(database, state, options.node, limit);
          output.result(trend, trendText(trend));
          return 0;
        }
        if (runId === undefined) {
          const { node: _node, ...filter } = options;
          const rows = await readHistory(database, state, { ...filter, limit });
          const isFiltered = Object.keys(filter).length > 1;
          const none = isFiltered ? 'No run was like that.' : 'Nothing ran yet.';
          output.result(rows, rows.length === 0 ? none : runTable(rows));
          return 0;
        }
        const row = await readRun(database, state, wholeNumber(runId, 'the run'));
        const nodes = await readRunNodes(database, state, row.runId);
        output.result(
          { ...row, nodes },
          [runTable([row]), errorOf(row), staleText(row), nodeTable(nodes)].filter(Boolean).join('\n\n'),
        );
        return 0;
      }),
    );
};

function trendText({ name, median, runs }: NodeTrend): string {
  const table = textTable(
    ['run', 'started', 'status', 'took', 'over median', 'rows'],
    runs.map((row) => [
      String(row.runId),
      row.startedAt?.toLocaleString('sv-SE') ?? '',
      row.status,
      row.seconds === null ? '' : duration(row.seconds),
      row.overMedian === null ? '' : row.overMedian.toFixed(1),
      String(row.rows ?? row.failures ?? ''),
    ]),
  );
  return `${name}${median === null ? '' : `: median ${duration(median)}`}\n\n${table}`;
}

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
        : `${row.generation}${row.current ? ' (current)' : row.kept ? ' (kept)' : ''}${staleCount(row)}`,
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

/** Nodes that the run left behind, by name. */
function staleOf({ summary }: RunRow): readonly string[] {
  const stale = summary?.['stale'];
  return Array.isArray(stale) ? stale.map((id) => String(id).split('.').at(-1) ?? '') : [];
}

function staleCount(row: RunRow): string {
  const count = staleOf(row).length;
  return count === 0 ? '' : `, left ${count} stale`;
}

function staleText(row: RunRow): string {
  const stale = staleOf(row);
  return stale.length === 0
    ? ''
    : `Left stale, since what they read was rebuilt without them: ${stale.join(', ')}`;
}

function errorOf(row: RunRow): string {
  if (!row.error) return '';
  return `${row.error.code}: ${row.error.message}${row.error.hint === undefined ? '' : `\n  hint: ${row.error.hint}`}`;
}
