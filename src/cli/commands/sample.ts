import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import type { AddCommand } from '../command.js';
import { ThauError } from '../../errors/thau-error.js';
import { whole } from '../whole-number.js';

interface StoryOptions {
  readonly customers?: number;
  readonly seed?: number;
  readonly days?: number;
  readonly until?: string;
  readonly events?: number;
  readonly from?: string;
  readonly before?: string;
}

interface GenerateOptions extends StoryOptions {
  readonly out: string;
}

interface LoadOptions extends StoryOptions {
  readonly replace?: true;
  readonly append?: true;
}

/** `thau sample generate` and `thau sample load`: the sample shop. */
export const addSample: AddCommand = (program, run) => {
  const sample = program
    .command('sample')
    .description('the sample shop: generate its files, load its raw tables');
  storyOptions(
    sample
      .command('generate')
      .description('write the raw tables as CSV files, with the truth about them')
      .option('-o, --out <folder>', 'where to', 'seeds/sample'),
  ).action(
    run<GenerateOptions>(async ({ output }, { out, ...story }) => {
      const { writeSample } = await import('../../sample/write.js');
      const written = await writeSample(out, story);
      const rows = [...written.values()].reduce((sum, count) => sum + count, 0);
      output.result(
        { folder: out, rows: Object.fromEntries(written) },
        `${count(rows)} rows of ${String(written.size)} tables written to ${out}`,
      );
      return 0;
    }),
  );
  storyOptions(
    sample
      .command('load')
      .description('fill the raw tables: from seeds/sample, or generated when an option says what')
      .option('--replace', 'put the new rows in the place of the old ones')
      .option('--append', 'add the new rows to the old ones, as a loader would'),
  ).action(
    run<LoadOptions>(async (context, { replace, append, ...story }) => {
      if (replace && append) {
        throw new ThauError('CLI_USAGE', '--replace and --append exclude each other.', {
          hint: 'With --append the old rows stay; with --replace the new ones take their place.',
        });
      }
      const { loadSample } = await import('../../load/load-sample.js');
      const folder = join(context.settings().projectDir, 'seeds', 'sample');
      const fromFiles = Object.keys(story).length === 0 && existsSync(join(folder, 'crm', 'contacts.csv'));
      const { database } = await context.warehouse();
      const loaded = await loadSample(database, {
        ...(fromFiles ? { folder, shown: relative('.', folder) } : { generate: story }),
        whenThere: replace ? 'replace' : append ? 'append' : 'refuse',
      });
      const rows = [...loaded.values()].reduce((sum, count) => sum + count, 0);
      context.output.result(
        { rows: Object.fromEntries(loaded) },
        `${count(rows)} rows loaded into ${String(loaded.size)} raw tables`,
      );
      return 0;
    }),
  );
};

function storyOptions(command: Command): Command {
  return command
    .option('-c, --customers <number>', 'people in the story (2000)', whole)
    .option('-s, --seed <number>', 'another number, another story (1)', whole)
    .option('--days <number>', 'length of the story (546)', whole)
    .option('--until <day>', 'its last day, yyyy-mm-dd (2026-06-30)')
    .option('-e, --events <number>', 'about how many raw rows in all: more visits to the site', whole)
    .option('--from <day>', 'only what arrives on this day or later')
    .option('--before <day>', 'only what arrives before this day');
}

function count(rows: number): string {
  return String(rows).replace(/\B(?=(\d{3})+$)/g, ',');
}
