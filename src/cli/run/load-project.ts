import type { Project } from '../../project/parse-project.js';
import type { ProjectRenderer } from '../../project/renderer.js';
import type { SdlSource } from '../../schema/catalog.js';
import type { GlobalOptions } from '../command.js';
import type { Output } from '../output.js';
import type { Warehouse } from '../warehouse.js';
import { openProject } from '../project/open-project.js';
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
  /** `--no-partial-parse` */
  readonly global?: Pick<GlobalOptions, 'partialParse'> & Partial<GlobalOptions>;
}

/** The project of a command that has its database open, with what renders it and its SDL files. */
export async function loadProject({
  warehouse,
  vars,
  global = { partialParse: true },
  ...context
}: LoadOptions): Promise<LoadedProject> {
  const { ProjectRenderer } = await import('../../project/renderer.js');
  const { settings } = warehouse;
  const project = await openProject(
    { ...context, global, settings: () => settings },
    { vars: yamlMapping(vars, '--vars'), warehouse },
  );
  return {
    project,
    renderer: new ProjectRenderer(project),
    sdl: readSdlFiles(settings.projectDir),
    invocationId: project.environment.invocationId,
  };
}
