import { ThauError } from '../errors/thau-error.js';
import type { PrivacySettings } from '../config/settings.js';
import type { Place } from './places.js';

/** What becomes of rows of one table: `ask` is not permitted yet, and leaves the case open. */
export interface Policy {
  readonly how: 'delete' | 'pseudonymise' | 'keep' | 'ask';
  /** The law or the reason, for the proof. */
  readonly because: string | undefined;
}

/** `meta: {erase: delete}` or `meta: {erase: {how: keep, because: …}}` of a source's table or a model. */
export function policyOf(place: Place, sources: PrivacySettings['sources']): Policy {
  const said = saidOf(place);
  if (said === undefined) return { how: place.kind === 'source' ? sources : 'delete', because: undefined };
  const { how, because } =
    typeof said === 'string' ? { how: said, because: undefined } : (said as Record<string, unknown>);
  const at = place.source?.original_file_path ?? place.node?.patch_path?.replace(/^\w+:\/\//, '');
  const fault = (message: string): ThauError =>
    new ThauError('PRIVACY_POLICY', `${place.title}: ${message}`, {
      hint: 'Write `erase: delete`, `erase: pseudonymise`, or `erase: {how: keep, because: …}`.',
      ...(at !== undefined && { at: { file: at } }),
    });
  if (how !== 'delete' && how !== 'pseudonymise' && how !== 'keep')
    throw fault(`meta.erase says ${how === undefined ? 'nothing' : JSON.stringify(how)}.`);
  if (how === 'keep' && (typeof because !== 'string' || because === ''))
    throw fault('meta.erase keeps the data of an erased person without a reason.');
  return { how, because: typeof because === 'string' ? because : undefined };
}

function saidOf({ source, node }: Place): unknown {
  const config = source?.config['meta'] as Record<string, unknown> | undefined;
  return source?.meta['erase'] ?? config?.['erase'] ?? node?.config.meta['erase'] ?? node?.meta['erase'];
}

/** Columns that stay although they feed identifiers: `meta: {erase: keep}` of the column. */
export function keptColumns(place: Place): ReadonlySet<string> {
  const columns = Object.values((place.source ?? place.node)?.columns ?? {});
  return new Set(columns.filter(({ meta }) => meta['erase'] === 'keep').map(({ name }) => name));
}
