import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { BoundMetrics } from '../../schema/bound-schema.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';
import type { MarkedColumn, SurveyOptions } from '../../privacy/survey.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';

export interface PrivacyContext {
  readonly warehouse: Warehouse;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly survey: SurveyOptions;
  /** Folders with log and artifact files. */
  readonly files: readonly string[];
}

/** What erasing and exporting work with: the project, and what its API marks as personal. */
export async function privacyContext(context: CommandContext): Promise<PrivacyContext> {
  const { loadProject } = await import('../run/load-project.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const warehouse = await context.warehouse();
  const { settings, database } = warehouse;
  const { stateSchema } = settings.database;
  const state = quoteIdentifier(stateSchema);
  const { project } = await loadProject({
    warehouse,
    env: context.env,
    output: context.output,
    global: context.global,
  });
  return {
    warehouse,
    state,
    survey: {
      stateSchema,
      manifest: project.manifest,
      privacy: settings.privacy,
      marked: await markedColumns(database, state, settings),
    },
    files: [settings.embedded.dataDir, join(settings.projectDir, project.settings.targetPath)],
  };
}

/** The fields with `@pii` of the published SDL, as columns of models. */
async function markedColumns(
  database: Warehouse['database'],
  state: string,
  { timezone, database: { stateSchema } }: Warehouse['settings'],
): Promise<readonly MarkedColumn[]> {
  const { readGeneration } = await import('../../build/publish/generation.js');
  const { readArtifacts } = await import('../../build/publish/artifacts.js');
  const { bindSchema } = await import('../../schema/bind-schema.js');
  const { number } = await readGeneration(database, state);
  if (number === 0) return [];
  const artifacts = await readArtifacts(database, state, number);
  const bound = bindSchema(
    (artifacts['sdl'] ?? []) as readonly SdlSource[],
    (artifacts['catalog'] ?? { relations: [] }) as Catalog,
    artifacts['metrics'] as BoundMetrics | undefined,
    { timezone, stateSchema },
  );
  return Object.values(bound.schema?.types ?? {}).flatMap((type) =>
    type.kind === 'namespace'
      ? []
      : Object.values(type.fields).flatMap((field) =>
          field.kind === 'column' && field.pii !== undefined ? [[type.model, field.column] as const] : [],
        ),
  );
}

/** Who did it, for the audit: `--by`, else the operating system's user. */
export function doneBy(given: string | undefined): string {
  if (given !== undefined && given.trim() !== '') return given.trim();
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
