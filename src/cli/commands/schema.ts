import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import type { AddCommand } from '../command.js';
import type { SchemaChange } from '../../schema/schema-changes.js';

interface PrintFlags {
  readonly generation?: string;
  readonly project?: true;
  readonly output?: string;
}

interface DiffFlags {
  readonly from?: string;
  readonly to?: string;
  readonly allowBreaking?: true;
}

/** `thau schema print`, for code generators and review; `thau schema diff`, before clients notice. */
export const addSchema: AddCommand = (program, run) => {
  const schema = program.command('schema').description('the GraphQL schema, as clients see it');
  schema
    .command('print')
    .description('print the published schema, with everything that is generated, as SDL')
    .option('--generation <number>', 'of this kept generation (default: the current one)')
    .addOption(
      new Option('--project', 'of the files in schema/, over what is published now').conflicts('generation'),
    )
    .option('-o, --output <file>', 'write it there')
    .action(
      run<PrintFlags>(async (context, flags) => {
        const { clientSchema } = await import('../schema/client-schema.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { name, sdl } = await clientSchema(context, {
          ...(flags.generation !== undefined && {
            generation: wholeNumber(flags.generation, '--generation'),
          }),
          ...(flags.project && { project: true }),
        });
        if (flags.output === undefined) context.output.result({ name, sdl }, sdl);
        else {
          writeFileSync(flags.output, sdl);
          context.output.log(`the schema of ${name} is in ${flags.output}`);
        }
        return 0;
      }),
    );
  schema
    .command('diff')
    .description(
      'show what changes for clients; exit code 1 if something breaks that was not deprecated first',
    )
    .option('--from <generation>', 'compared from (default: the current generation)')
    .option('--to <generation>', 'compared to (default: the files in schema/)')
    .option('--allow-breaking', 'exit code 0 whatever breaks')
    .action(
      run<DiffFlags>(async (context, flags) => {
        const { clientSchema } = await import('../schema/client-schema.js');
        const { schemaChanges } = await import('../../schema/schema-changes.js');
        const { wholeNumber } = await import('../whole-number.js');
        const from = await clientSchema(
          context,
          flags.from === undefined ? {} : { generation: wholeNumber(flags.from, '--from') },
        );
        const to = await clientSchema(
          context,
          flags.to === undefined ? { project: true } : { generation: wholeNumber(flags.to, '--to') },
        );
        const changes = schemaChanges(from.sdl, to.sdl);
        context.output.result(
          { from: from.name, to: to.name, changes },
          [`${from.name} → ${to.name}`, ...changeLines(changes)].join('\n'),
        );
        const broken = changes.some(({ level }) => level === 'breaking');
        return broken && !flags.allowBreaking ? 1 : 0;
      }),
    );
};

function changeLines(changes: readonly SchemaChange[]): string[] {
  if (changes.length === 0) return ['  equal for clients'];
  const lines = changes.map(({ level, message }) => `  ${level.padEnd(9)}  ${message}`);
  return changes.some(({ level }) => level === 'breaking')
    ? [...lines, '', 'Mark what goes @deprecated(reason: …) first, and publish that before it is dropped.']
    : lines;
}
