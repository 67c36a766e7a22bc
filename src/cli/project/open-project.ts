import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/settings.js';
import type { Project } from '../../project/parse-project.js';
import type { CommandContext } from '../command.js';
import { warn } from './warn.js';

export interface OpenProjectOptions {
  /** `--vars`, over those of dbt_project.yml. */
  readonly vars?: Readonly<Record<string, unknown>>;
}

/**
 * The project of the command line, read and checked; its warnings are told. Read anew each time, since files change
 * while `thau start` runs. Touches no database.
 */
export async function openProject(
  context: CommandContext,
  options: OpenProjectOptions = {},
): Promise<Project> {
  const { parseProject } = await import('../../project/parse-project.js');
  const settings = context.settings();
  const project = parseProject({
    projectDir: settings.projectDir,
    environment: {
      target: { ...addressOf(settings), threads: settings.threads },
      env: context.env,
      vars: options.vars ?? {},
      invocationId: randomUUID(),
      startedAt: new Date(),
      log: (message, toConsole) => {
        if (toConsole || context.output.debug) context.output.log(message);
      },
    },
  });
  for (const warning of project.warnings) warn(context.output, warning);
  return project;
}

/** dbt's `target`: where, without the password. */
function addressOf({ source, target }: Settings): Omit<Project['environment']['target'], 'threads'> {
  const { host, port, user, database } =
    source.kind === 'server'
      ? source.connection
      : { host: undefined, port: undefined, user: 'thau', database: 'thau' };
  return {
    profileName: target.profile,
    name: target.name,
    schema: target.schema,
    database: database ?? user ?? 'postgres',
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
  };
}
