import type { RunSummary } from '../../build/report/run-event.js';
import type { NodeResult } from '../../build/report/node-result.js';
import { formatError } from '../../errors/format.js';
import type { Styles } from '../styles.js';
import { displayName, duration, failures } from './node-line.js';

/** What a person needs to know at the end: what failed, where, what to do, and what is shown now. */
export function runSummary(summary: RunSummary, style: Styles): string {
  const lines: string[] = [];
  const bad = summary.results.filter((result) =>
    ['error', 'partial success', 'fail'].includes(result.status),
  );
  for (const result of bad) lines.push('', ...problem(result, style));
  for (const result of summary.results.filter((one) => one.status === 'warn')) {
    lines.push('', `${style.yellow('WARN')} ${result.name}: ${failures(result)}${stored(result)}`);
  }
  if (summary.error !== undefined) lines.push('', style.red(formatError(summary.error)));
  const skipped = summary.results.filter((result) => result.status === 'skipped');
  if (skipped.length > 0) {
    lines.push('', `Skipped ${skipped.length}: ${names(skipped)}`);
  }
  if (summary.stale.length > 0) {
    const stale = summary.stale.map((id) => id.split('.').at(-1) ?? id);
    lines.push('', `${style.yellow('Stale')}, since what they read was rebuilt without them: ${list(stale)}`);
  }
  if (summary.laggingViews.length > 0) {
    lines.push(
      '',
      `Readers hold these views; they follow as soon as they can: ${list(summary.laggingViews)}`,
    );
  }
  if (summary.sampled !== undefined && summary.state === 'published') {
    const what = summary.sampled === 'empty' ? 'no rows' : `a sample, ${summary.sampled}`;
    lines.push(
      '',
      `${style.yellow('Not whole')}: what was built holds ${what}. The next build makes it whole; thau rollback shows what was shown before.`,
    );
  }
  lines.push('', closing(summary, style));
  return lines.join('\n');
}

function problem(result: NodeResult, style: Styles): string[] {
  if (result.resourceType === 'unit_test' && result.status === 'fail') {
    const told = (result.message ?? '').trimEnd().split('\n');
    return [
      `${style.red('FAIL')} unit test ${result.name}: ${told[0] ?? ''}`,
      ...told.slice(1).map((line) => `  ${line}`),
    ];
  }
  if (result.status === 'fail') {
    const threshold = result.message === null ? '' : ` (${result.message})`;
    return [
      `${style.red('FAIL')} ${result.name}: ${failures(result)}${threshold}`,
      `  hint: See the rows with thau show --candidate --select ${result.name}${stored(result)}`,
    ];
  }
  return [
    `${style.red('ERROR')} ${displayName(result)}`,
    ...formatError(result.error)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function stored(result: NodeResult): string {
  return result.relation === null ? '' : `; they are kept in ${result.relation}`;
}

function closing(summary: RunSummary, style: Styles): string {
  const counts = countsOf(summary.results);
  const took = duration(summary.seconds);
  const run = `Run ${summary.runId}`;
  switch (summary.state) {
    case 'published':
      return `${style.green(`${run} published`)} generation ${summary.generation ?? ''} in ${took}: ${counts}`;
    case 'succeeded':
      return `${style.green(`${run} succeeded`)} in ${took}: ${counts}`;
    case 'cancelled':
      return `${style.yellow(`${run} was cancelled`)} after ${took}: ${counts}. Nothing was published.`;
    case 'superseded':
      return `${style.red(`${run} lost its lock`)} after ${took}: ${counts}. Nothing was published.`;
    case 'failed':
      return [
        `${style.red(`${run} failed`)} after ${took}: ${counts}. Nothing was published; what was published before stays.`,
        ...whatNext(summary),
      ].join('\n');
  }
}

/** How to look at what a failed run left, and to go on from it. */
function whatNext({ command, results }: RunSummary): readonly string[] {
  if (!['build', 'run', 'seed', 'snapshot'].includes(command)) return [];
  const built = results.some(({ status, resourceType }) => status === 'success' && resourceType !== 'test');
  return built
    ? [
        'What it built well is kept until the next run: see it with thau diff --candidate, or thau show --candidate -s <name>;',
        'mend what failed, and thau retry goes on from there.',
      ]
    : ['Mend what failed, then run thau retry.'];
}

function countsOf(results: readonly NodeResult[]): string {
  const words: Record<string, string> = {
    success: 'built',
    carried: 'carried forward',
    pass: 'tests passed',
    warn: 'warned',
    fail: 'tests failed',
    'partial success': 'built in part',
    error: 'failed',
    skipped: 'skipped',
    cancelled: 'stopped',
  };
  const parts = Object.entries(words).flatMap(([status, word]) => {
    const count = results.filter((result) => result.status === status).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? word.replace('tests', 'test') : word}`];
  });
  return parts.length === 0 ? 'nothing to do' : parts.join(', ');
}

function names(results: readonly NodeResult[]): string {
  return list(results.map((result) => result.name));
}

function list(all: readonly string[]): string {
  const shown = all.slice(0, 8).join(', ');
  return all.length > 8 ? `${shown} and ${all.length - 8} more` : shown;
}
