import { createHash } from 'node:crypto';
import type { Catalog } from '../../schema/catalog.js';
import type { MetricsArtifact } from '../../semantic/bound-metrics.js';
import type { Artifacts } from '../publish/artifacts.js';
import type { RunOptions } from './run-options.js';

/** In `artifacts`: a digest of the schema that was found good, and of what it was held against. */
const kind = 'held_schema';

/**
 * Holds the SDL against what is about to be published, unless the same SDL was found good over the same columns and
 * metrics when the generation before was published. Answers the artifact that remembers it.
 */
export async function heldSchema(
  { checkSchema, schemaChecker, sdl }: Pick<RunOptions, 'checkSchema' | 'schemaChecker' | 'sdl'>,
  catalog: Catalog,
  metrics: MetricsArtifact,
  before: Artifacts,
): Promise<Artifacts> {
  if (!checkSchema) return {};
  // where the relations are and how many rows they may have shapes no schema
  const shapes = catalog.relations.map(
    ({ schema: _schema, name: _name, estimatedRows: _rows, ...shape }) => shape,
  );
  const digest = createHash('sha256')
    .update(JSON.stringify([schemaChecker, sdl, metrics, shapes], inOrder))
    .digest('base64');
  if (schemaChecker !== undefined && before[kind] === digest) return { [kind]: digest };
  const isGood = await checkSchema(sdl, catalog, metrics);
  return isGood === true && schemaChecker !== undefined ? { [kind]: digest } : {};
}

/** What comes back from the database has its keys in another order. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
