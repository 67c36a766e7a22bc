import type { GenerationDiff, NodeDiff } from '../../build/diff/diff-generations.js';
import type { RelationDiff, SampleRow } from '../../build/diff/relation-diff.js';
import type { AddCommand } from '../command.js';

interface DiffFlags {
  readonly from?: string;
  readonly to?: string;
  readonly candidate?: true;
  readonly samples: string;
}

/** `thau diff`: what a publish changed, or what a failed run would change. */
export const addDiff: AddCommand = (program, run) => {
  program
    .command('diff')
    .description('show the rows and columns that differ between two generations')
    .argument('[nodes...]', 'only these nodes')
    .option('--from <generation>', 'compared from (default: the one before)')
    .option('--to <generation>', 'compared to (default: the current one)')
    .option('--candidate', 'compare the current generation with what the last failed run built')
    .option('--samples <count>', 'differing rows shown of each kind', '3')
    .action(
      run<DiffFlags>(async ({ output, ...context }, flags, names) => {
        const { diffGenerations } = await import('../../build/diff/diff-generations.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, settings } = await context.warehouse();
        const found = await diffGenerations(database, quoteIdentifier(settings.database.stateSchema), {
          ...(flags.from !== undefined && { from: wholeNumber(flags.from, '--from') }),
          ...(flags.to !== undefined && { to: wholeNumber(flags.to, '--to') }),
          ...(flags.candidate && { candidate: true }),
          names,
          samples: flags.samples === '0' ? 0 : wholeNumber(flags.samples, '--samples'),
        });
        output.result(found, toText(found));
        return 0;
      }),
    );
};

function toText({ from, to, nodes }: GenerationDiff): string {
  const same = nodes.filter(({ kind }) => kind === 'same').length;
  const blocks = nodes.filter(({ kind }) => kind !== 'same').map(nodeText);
  const carried = same === 0 ? [] : [`${same} carried forward, not compared`];
  return [`${from} → ${to}`, ...blocks, ...carried].join('\n');
}

function nodeText({ name, kind, diff }: NodeDiff): string {
  if (!diff) return `${name}: ${kind}`;
  const { rows } = diff;
  const unchanged = rows.added + rows.removed + rows.changed === 0;
  const counts = unchanged
    ? `${rows.after} rows, equal`
    : `${rows.before} → ${rows.after} rows: ${rows.added} added, ${rows.removed} removed, ${rows.changed} changed`;
  return [`${name}: ${counts}`, ...columnLines(diff), ...sampleLines(diff)].join('\n');
}

function columnLines({ columns, changedColumns, key, rows }: RelationDiff): string[] {
  const lines = [
    ...columns.added.map((name) => `  + column ${name}`),
    ...columns.removed.map((name) => `  - column ${name}`),
    ...columns.retyped.map(({ name, before, after }) => `  ~ column ${name}: ${before} → ${after}`),
    ...Object.entries(changedColumns)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `  ~ ${name} differs in ${count} rows`),
  ];
  if (key.length === 0 && rows.added + rows.removed > 0) {
    lines.push('  (no unique key is proven, so a changed row counts as one removed and one added)');
  }
  return lines;
}

function sampleLines({ samples }: RelationDiff): string[] {
  const whole = (sign: string) => (sample: SampleRow) => `  ${sign} ${JSON.stringify(sample.row)}`;
  const changed = ({ key, changes = {} }: SampleRow): string => {
    const parts = Object.entries(changes).map(
      ([name, [before, after]]) => `${name}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
    );
    return `  ~ ${JSON.stringify(key)} ${parts.join(', ')}`;
  };
  return [
    ...samples.added.map(whole('+')),
    ...samples.removed.map(whole('-')),
    ...samples.changed.map(changed),
  ];
}
