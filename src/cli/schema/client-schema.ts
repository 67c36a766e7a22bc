import { ThauError } from '../../errors/thau-error.js';
import type { BindResult } from '../../schema/bind-schema.js';
import type { BoundMetrics } from '../../schema/bound-schema.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';
import type { CommandContext } from '../command.js';
import { readSdlFiles } from './read-sdl-files.js';

/** A schema as clients see it. */
export interface ClientSchema {
  /** `generation 12`, or `the project`. */
  readonly name: string;
  readonly sdl: string;
}

/**
 * The schema of a kept generation (the current one unless given), or, with `project`, that of the files in `schema/`
 * over what is published now: what a publish of those files alone would show.
 */
export async function clientSchema(
  context: CommandContext,
  asked: { readonly generation?: number; readonly project?: boolean },
): Promise<ClientSchema> {
  const { bindSchema } = await import('../../schema/bind-schema.js');
  const { readArtifacts } = await import('../../build/publish/artifacts.js');
  const { readGeneration } = await import('../../build/publish/generation.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const { database, settings } = await context.warehouse();
  const state = quoteIdentifier(settings.database.stateSchema);
  const { number } = await readGeneration(database, state, asked.generation);
  if (number === 0) {
    throw new ThauError(
      'CLI_USAGE',
      asked.generation === undefined
        ? 'Nothing is published yet, so there is no schema.'
        : `Generation ${asked.generation} is not kept.`,
      { hint: asked.generation === undefined ? 'thau build' : 'thau history lists those that are.' },
    );
  }
  const artifacts = await readArtifacts(database, state, number);
  const files = asked.project
    ? readSdlFiles(settings.projectDir)
    : ((artifacts['sdl'] ?? []) as readonly SdlSource[]);
  const name = asked.project ? 'the project' : `generation ${number}`;
  const bound = bindSchema(
    files,
    (artifacts['catalog'] ?? { relations: [] }) as Catalog,
    artifacts['metrics'] as BoundMetrics | undefined,
    { timezone: settings.timezone, stateSchema: settings.database.stateSchema },
  );
  return { name, sdl: sdlOf(bound) };
}

function sdlOf({ schema, errors }: BindResult): string {
  if (schema !== undefined) return `${schema.sdl.trim()}\n`;
  const [first, ...rest] = errors;
  if (first === undefined) throw new Error('a schema that does not bind has faults');
  if (rest.length === 0) throw first;
  throw new ThauError(first.code, first.message, {
    ...(first.hint !== undefined && { hint: first.hint }),
    ...(first.at && { at: first.at }),
    ...(first.excerpt !== undefined && { excerpt: first.excerpt }),
    notes: rest.slice(0, 9).map(({ message }) => message),
    cause: first,
  });
}
