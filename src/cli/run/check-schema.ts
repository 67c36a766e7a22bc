import { ThauError } from '../../errors/thau-error.js';
import type { Manifest } from '../../project/manifest.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';
import { formatPlace } from '../../errors/format.js';

/**
 * Holds the SDL against what is about to be published. While the warehouse is still incomplete (a first run with a
 * selection), faults are told and the run goes on: the API serves once everything is there.
 */
export async function checkSchema(
  manifest: Manifest,
  options: { readonly timezone: string; readonly stateSchema: string },
  sdl: readonly SdlSource[],
  catalog: Catalog,
  warn: (message: string) => void,
): Promise<void> {
  if (sdl.length === 0) return;
  const { bindSchema } = await import('../../schema/bind-schema.js');
  const { errors } = bindSchema(sdl, catalog, undefined, options);
  const [first, ...rest] = errors;
  if (!first) return;
  const present = new Set(catalog.relations.map((relation) => relation.nodeId));
  const complete = Object.values(manifest.nodes).every(
    (node) =>
      node.resource_type !== 'model' ||
      node.config.materialized === 'ephemeral' ||
      present.has(node.unique_id),
  );
  if (!complete) {
    warn(`${errors.length} fields of the GraphQL schema have no column yet, as not all models are built.`);
    return;
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
