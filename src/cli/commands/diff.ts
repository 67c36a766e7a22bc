import type { GenerationDiff, NodeDiff } from '../../build/diff/diff-generations.js';
import { isDifferent, type RelationDiff, type SampleRow } from '../../build/diff/relation-diff.js';
import type { Manifest } from '../../project/manifest.js';
import type { Project } from '../../project/parse-project.js';
import type { AddCommand, CommandContext } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

interface DiffFlags extends RunFlagsGiven {
  readonly from?: string;
  readonly to?: string;
  readonly candidate?: true;
  readonly samples: string;
  readonly key?: string;
  readonly exitCode?: true;
}

/** `thau diff`: what a publish changed, or what a failed run would change. */
export const addDiff: AddCommand = (program, run) => {
  addSelectionFlags(
    program
      .command('diff')
      .description('show the rows and columns that differ between two generations')
      .argument('[nodes...]', 'only these nodes'),
  )
    .option('--from <generation>', 'compared from (default: the one before)')
    .option('--to <generation>', 'compared to (default: the current one)')
    .option('--candidate', 'compare the current generation with what the last failed run built')
    .option('--samples <count>', 'differing rows shown of each kind', '3')
    .option(
      '--key <columns>',
      'columns that tell rows apart, as in id,day (default: what tests and indexes prove)',
    )
    .option('--exit-code', 'answer with 1 when anything differs')
    .action(
      run<DiffFlags>(async ({ output, ...context }, flags, names) => {
        const { diffGenerations } = await import('../../build/diff/diff-generations.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { wholeNumber } = await import('../whole-number.js');
        const warehouse = await context.warehouse();
        const { database, settings } = warehouse;
        const project = projectOf({ output, ...context }, flags);
        const selected = await selectedNodes({ output, ...context }, flags, project);
        const found = await diffGenerations(database, quoteIdentifier(settings.database.stateSchema), {
          ...(flags.from !== undefined && { from: wholeNumber(flags.from, '--from') }),
          ...(flags.to !== undefined && { to: wholeNumber(flags.to, '--to') }),
          ...(flags.candidate && { candidate: true }),
          names,
          ...(selected && { selected }),
          ...(flags.key !== undefined && { key: flags.key.split(',').map((column) => column.trim()) }),
          keyOf: async (nodeId) => configuredKey((await project()).manifest, nodeId),
          samples: flags.samples === '0' ? 0 : wholeNumber(flags.samples, '--samples'),
        });
        output.result(found, toText(found));
        return flags.exitCode && found.nodes.some(differs) ? 1 : 0;
      }),
    );
};

/** The project's files, read when something of them is first asked for. */
function projectOf(context: Omit<CommandContext, 'signal'>, flags: DiffFlags): () => Promise<Project> {
  let read: Promise<Project> | undefined;
  const load = async (): Promise<Project> => {
    const { loadProject } = await import('../run/load-project.js');
    const vars = flags.vars === undefined ? {} : { vars: flags.vars };
    return (await loadProject({ ...context, warehouse: await context.warehouse(), ...vars })).project;
  };
  return () => (read ??= load());
}

/** What `--select` and `--exclude` choose; undefined where neither is given. */
async function selectedNodes(
  context: Omit<CommandContext, 'signal'>,
  flags: DiffFlags,
  project: () => Promise<Project>,
): Promise<ReadonlySet<string> | undefined> {
  const { selectedWords } = await import('../run/run-flags.js');
  if (selectedWords(flags).length === 0 && flags.exclude === undefined) return undefined;
  const { selectForRun } = await import('../run/select-for-run.js');
  const warn = (message: string): void => context.output.log(message, {}, 'warn');
  return selectForRun(context, await project(), 'build', flags, warn);
}

/** `unique_key` of an incremental model, and the id that a snapshot gives each of its rows. */
function configuredKey(manifest: Manifest, nodeId: string): readonly string[] | undefined {
  const node = manifest.nodes[nodeId];
  if (!node) return undefined;
  if (node.resource_type === 'snapshot') return ['dbt_scd_id'];
  const { unique_key: key } = node.config;
  return typeof key === 'string' ? [key] : Array.isArray(key) ? key.map(String) : undefined;
}

function differs({ kind, diff }: NodeDiff): boolean {
  return kind === 'added' || kind === 'removed' || (diff !== undefined && isDifferent(diff));
}

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
