import { nearest } from '../errors/suggest.js';
import { ThauError } from '../errors/thau-error.js';
import { faultOf } from '../postgres/fault.js';
import type { Manifest } from '../project/manifest.js';

/** The error with "Did you mean …?" where PostgreSQL has no hint of its own and a name is near. */
export function withNearestName(error: ThauError, columns: readonly string[], manifest: Manifest): ThauError {
  const fault = faultOf(error);
  if (!fault || fault.hint !== undefined) return error;
  const hint =
    fault.sqlstate === '42703'
      ? nearestColumn(fault.message, columns)
      : fault.sqlstate === '42P01'
        ? nearestRelation(fault.message, manifest)
        : undefined;
  if (hint === undefined) return error;
  return new ThauError(error.code, error.message, {
    hint,
    notes: error.notes,
    cause: error,
    ...(error.at && { at: error.at }),
    ...(error.excerpt !== undefined && { excerpt: error.excerpt }),
  });
}

function nearestColumn(message: string, columns: readonly string[]): string | undefined {
  const name = /column (?:"([^"]+)"|(?:[\w$]+\.)?([\w$]+)) /.exec(message);
  const found = nearest(name?.[1] ?? name?.[2] ?? '', columns);
  return found === undefined ? undefined : `Did you mean "${found}"?`;
}

function nearestRelation(message: string, manifest: Manifest): string | undefined {
  const name = /relation "(?:[^".]+\.)?([^".]+)"/.exec(message)?.[1];
  if (name === undefined) return undefined;
  const models = Object.values(manifest.nodes).filter((node) => node.relation_name !== null);
  const model = nearest(
    name,
    models.map((node) => node.name),
  );
  if (model !== undefined) return `Did you mean {{ ref('${model}') }}?`;
  const sources = Object.values(manifest.sources);
  const source = nearest(
    name,
    sources.map((one) => one.identifier),
  );
  const of = sources.find((one) => one.identifier === source);
  return of && `Did you mean {{ source('${of.source_name}', '${of.name}') }}?`;
}
