import type { BoundMetrics, BoundSchema } from '../../schema/bound-schema.js';
import { ThauError } from '../../errors/thau-error.js';
import type { Manifest } from '../../project/manifest.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';
import { formatPlace } from '../../errors/format.js';

/**
 * Holds the SDL, and the operations of `schema/operations/`, against what is about to be published. While the warehouse is still incomplete (a first run with a
 * selection), faults are told and the run goes on: the API serves once everything is there. True: nothing was told.
 */
export async function checkSchema(
  manifest: Manifest,
  options: { readonly timezone: string; readonly stateSchema: string },
  sdl: readonly SdlSource[],
  catalog: Catalog,
  metrics: BoundMetrics,
  warn: (message: string) => void,
): Promise<boolean> {
  if (!shapesApi(sdl, catalog, metrics)) return true;
  const { bindSchema } = await import('../../schema/bind-schema.js');
  const bound = bindSchema(sdl, catalog, metrics, options);
  let isSilent = true;
  for (const { code, message, at } of bound.warnings) {
    // the others are guarded at run time; this one takes something away
    if (code !== 'SCHEMA_NAME_TAKEN') continue;
    isSilent = false;
    warn(`${code}: ${at ? `${formatPlace(at)}: ` : ''}${message}.`);
  }
  const errors = bound.schema ? await operationFaults(bound.schema, sdl) : bound.errors;
  const [first, ...rest] = errors;
  if (!first) return isSilent;
  const present = new Set(catalog.relations.map((relation) => relation.nodeId));
  const complete = Object.values(manifest.nodes).every(
    (node) =>
      node.resource_type !== 'model' ||
      node.config.materialized === 'ephemeral' ||
      present.has(node.unique_id),
  );
  if (!complete && !bound.schema) {
    warn(`${errors.length} fields of the GraphQL schema have no column yet, as not all models are built.`);
    return false;
  }
  throw new ThauError(first.code, first.message, {
    ...(first.hint !== undefined && { hint: first.hint }),
    ...(first.at && { at: first.at }),
    ...(first.excerpt !== undefined && { excerpt: first.excerpt }),
    notes: [
      ...first.notes,
      ...rest.slice(0, 9).map((one) => `${one.at ? `${formatPlace(one.at)}: ` : ''}${one.message}`),
      ...(rest.length > 9 ? [`and ${rest.length - 9} more`] : []),
    ],
    cause: first,
  });
}

/** Whether there is anything beside thau's own types to bind, which fit: a project of tables alone need not wait for it. */
function shapesApi(sdl: readonly SdlSource[], catalog: Catalog, metrics: BoundMetrics): boolean {
  return (
    sdl.length > 0 ||
    metrics.dimensions.length > 0 ||
    catalog.relations.some(({ meta }) => Boolean(meta?.['graphql']))
  );
}

/** What keeps a file of `schema/operations/` from being served: a BI tool that asks for it would find it gone. */
async function operationFaults(schema: BoundSchema, sdl: readonly SdlSource[]): Promise<ThauError[]> {
  const { executableSchema } = await import('../../schema/executable-schema.js');
  const { readOperations } = await import('../../api/flat/trusted-operation.js');
  const faults: ThauError[] = [];
  readOperations(executableSchema(schema), sdl, (fault) => faults.push(fault));
  return faults;
}
