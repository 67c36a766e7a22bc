import { randomUUID } from 'node:crypto';
import { relative, resolve } from 'node:path';
import type { Settings } from '../../config/settings.js';
import type { Project } from '../../project/parse-project.js';
import type { CommandContext } from '../command.js';
import { buildId } from '../version.js';
import { onlyWarn } from '../warn-policy.js';
import type { Warehouse } from '../warehouse.js';
import { warn } from './warn.js';

/** What it takes of a command's context. */
type ProjectContext = Pick<CommandContext, 'settings' | 'env' | 'output'> & {
  readonly global: Pick<CommandContext['global'], 'partialParse'> & Partial<CommandContext['global']>;
};

export interface OpenProjectOptions {
  /** `--vars`, over those of dbt_project.yml. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** The database, where it is open: what it says of itself is surer than the settings. */
  readonly warehouse?: Warehouse;
}

/**
 * The project of the command line, read and checked; its warnings are told. Read anew each time, since files change
 * while `thau start` runs; what did not change is taken from the cache in the target folder. Touches no database.
 */
export async function openProject(
  context: ProjectContext,
  { vars = {}, warehouse }: OpenProjectOptions = {},
): Promise<Project> {
  const { parseProject } = await import('../../project/parse-project.js');
  const settings = context.settings();
  const version = context.global.partialParse ? buildId() : undefined;
  const project = parseProject({
    projectDir: settings.projectDir,
    environment: {
      target: { ...addressOf(settings, warehouse), threads: settings.threads },
      env:
        context.global.versionCheck === false ? { ...context.env, DBT_VERSION_CHECK: 'false' } : context.env,
      vars,
      invocationId: randomUUID(),
      startedAt: new Date(),
      limits: settings.templates,
      log: (message, toConsole) => {
        if (toConsole || context.output.debug) context.output.log(message);
      },
    },
    ...(version !== undefined && { cache: { version } }),
  });
  const { warnings = onlyWarn, targetPath } = context.global;
  // wrong options are told before anything is done with them
  warnings.mode('');
  for (const warning of project.warnings) {
    const mode = warnings.mode(warning.code);
    if (mode === 'error') throw warning;
    if (mode === 'warn') warn(context.output, warning);
  }
  if (targetPath === undefined) return project;
  return {
    ...project,
    settings: {
      ...project.settings,
      targetPath: relative(settings.projectDir, resolve(settings.projectDir, targetPath)),
    },
  };
}

/** dbt's `target`: where, without the password. */
function addressOf(
  { source, target }: Settings,
  warehouse: Warehouse | undefined,
): Omit<Project['environment']['target'], 'threads'> {
  const embedded = { host: undefined, port: undefined, user: 'thau', database: 'thau' };
  const { host, port } = warehouse?.direct ?? (source.kind === 'server' ? source.connection : embedded);
  const { user, database } = warehouse?.facts ?? (source.kind === 'server' ? source.connection : embedded);
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
