import { describeConnection } from '../../config/connection.js';
import type { AddCommand } from '../command.js';

/** Says what was found: settings, database, thau's own tables. */
export const addDebug: AddCommand = (program, run) => {
  program
    .command('debug')
    .description('show what thau found: project, database, settings')
    .action(
      run(async ({ output, ...context }) => {
        const settings = context.settings();
        const { source } = settings;
        const warehouse = await context.warehouse();
        const facts = {
          version: program.version(),
          node: process.version,
          project: settings.projectDir,
          database: source.kind === 'embedded' ? 'embedded' : source.from,
          address: describeConnection(warehouse.direct),
          postgres: `${Math.floor(warehouse.facts.version / 10_000)}.${warehouse.facts.version % 10_000}`,
          user: warehouse.facts.user,
          target: `${settings.target.name} (schema ${settings.target.schema})`,
          state: settings.database.stateSchema,
          threads: settings.threads,
          timezone: settings.timezone,
        };
        const width = Math.max(...Object.keys(facts).map((key) => key.length));
        const lines = Object.entries(facts).map(([key, value]) => `${key.padEnd(width)}  ${String(value)}`);
        output.result(facts, lines.join('\n'));
        return 0;
      }),
    );
};
