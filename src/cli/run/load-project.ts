import { randomUUID } from 'node:crypto';
import type { Project } from '../../project/parse-project.js';
import type { ProjectRenderer } from '../../project/renderer.js';
import type { SdlSource } from '../../schema/catalog.js';
import type { Output } from '../output.js';
import type { Warehouse } from '../warehouse.js';
import { readSdlFiles } from '../schema/read-sdl-files.js';
import { yamlMapping } from './yaml-mapping.js';

export interface LoadedProject {
  readonly project: Project;
  readonly renderer: ProjectRenderer;
  readonly sdl: readonly SdlSource[];
  readonly invocationId: string;
}

export interface LoadOptions {
  readonly warehouse: Warehouse;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--vars`, as it was typed. */
  readonly vars?: string;
  readonly output: Output;
}

/** Reads the project's files as they are now. */
export async function loadProject({ warehouse, env, vars, output }: LoadOptions): Promise<LoadedProject> {
  const { parseProject } = await import('../../project/parse-project.js');
  const { ProjectRenderer } = await import('../../project/renderer.js');
  const { settings, facts, direct } = warehouse;
  const invocationId = randomUUID();
  const project = parseProject({
    projectDir: settings.projectDir,
    environment: {
      target: {
        profileName: settings.target.profile,
        name: settings.target.name,
        database: facts.database,
        schema: settings.target.schema,
        ...(direct.host !== undefined && { host: direct.host }),
        ...(direct.port !== undefined && { port: direct.port }),
        user: facts.user,
        threads: settings.threads,
      },
      env,
      vars: yamlMapping(vars, '--vars'),
      invocationId,
      startedAt: new Date(),
      log: (message, toConsole) => {
        if (toConsole) output.log(message);
      },
    },
  });
  for (const warning of project.warnings) {
    output.log(`${warning.code}: ${warning.message}`, { code: warning.code, at: warning.at }, 'warn');
  }
  return {
    project,
    renderer: new ProjectRenderer(project),
    sdl: readSdlFiles(settings.projectDir),
    invocationId,
  };
}
