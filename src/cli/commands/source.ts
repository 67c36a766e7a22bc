import { join, resolve } from 'node:path';
import type { FreshnessResult } from '../../build/freshness/check-freshness.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';
import { addTrackCommands } from './source-track.js';

interface FreshnessFlags extends RunFlagsGiven {
  readonly output?: string;
}

/** `thau source freshness`, as dbt's: how old the newest rows of sources are, in `target/sources.json`. */
export const addSource: AddCommand = (program, run) => {
  const source = program.command('source').description('about the sources');
  addTrackCommands(source, run);
  addSelectionFlags(
    source
      .command('freshness')
      .alias('snapshot-freshness')
      .description('check how old their newest rows are'),
  )
    .option('-o, --output <file>', 'where to write (default: sources.json in the target folder)')
    .option('--threads <count>', 'sources at a time')
    .action(
      run<FreshnessFlags>(async (context, flags) => {
        const { checkFreshness } = await import('../../build/freshness/check-freshness.js');
        const { criteriaOf } = await import('../../build/freshness/criteria.js');
        const { recordFreshness } = await import('../../build/freshness/record-freshness.js');
        const { sourcesArtifact } = await import('../../build/freshness/sources-artifact.js');
        const { chooseNodes } = await import('../run/choose-nodes.js');
        const { loadProject } = await import('../run/load-project.js');
        const { writeWhole } = await import('../run/write-whole.js');
        const { version } = await import('../version.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { output } = context;
        const began = performance.now();
        const warehouse = await context.warehouse();
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer, invocationId } = await loadProject({ ...context, warehouse, ...vars });
        const { manifest, settings } = project;
        const { ids } = await chooseNodes(context, project, flags, {
          resourceTypes: ['source'],
          warn: (message) => output.log(message, {}, 'warn'),
        });
        const sources = [...ids].flatMap((id) => manifest.sources[id] ?? []);
        const checked = sources.filter((one) => criteriaOf(one) !== undefined);
        const results = await checkFreshness({
          database: warehouse.database,
          stateSchema: warehouse.settings.database.stateSchema,
          manifest,
          renderer,
          flags: { FULL_REFRESH: false, STORE_FAILURES: false, WHICH: 'source freshness', EMPTY: false },
          sources: checked,
          threads:
            flags.threads === undefined
              ? warehouse.settings.threads
              : wholeNumber(flags.threads, '--threads'),
          onChecked: (result) => output.log(freshnessLine(result)),
        });
        await recordFreshness(
          warehouse.database,
          quoteIdentifier(warehouse.settings.database.stateSchema),
          results,
        );
        const file =
          flags.output === undefined
            ? join(settings.root, settings.targetPath, 'sources.json')
            : resolve(flags.output);
        const artifact = sourcesArtifact(results, {
          invocationId,
          generatedAt: new Date(),
          elapsed: (performance.now() - began) / 1000,
          thauVersion: version(),
        });
        writeWhole(file, JSON.stringify(artifact));
        const counts = (status: FreshnessResult['status']): number =>
          results.filter((result) => result.status === status).length;
        const bad = counts('error') + counts('runtime error');
        output.result(
          artifact,
          results.length === 0
            ? 'No source of the selection has freshness: with warn_after or error_after.'
            : `${counts('pass')} fresh, ${counts('warn')} to warn of, ${bad} too old or not to be checked.`,
        );
        return bad > 0 || (context.global.warnings.mode('freshness') === 'error' && counts('warn') > 0)
          ? 1
          : 0;
      }),
    );
};

const words = { pass: 'FRESH', warn: 'WARN', error: 'STALE', 'runtime error': 'ERROR' } as const;

function freshnessLine({ source, status, age, error }: FreshnessResult): string {
  const name = `${source.source_name}.${source.name}`;
  if (status === 'runtime error') {
    return `${words[status]}  ${error instanceof Error ? error.message : String(error)}`;
  }
  return `${words[status].padEnd(5)}  ${name}  ${age === null ? 'has no rows' : `newest row ${ageText(age)} old`}`;
}

/** `3 h 20 min`. */
function ageText(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
