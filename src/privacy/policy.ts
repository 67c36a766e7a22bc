import { ThauError } from '../errors/thau-error.js';
import type { PrivacySettings } from '../config/settings.js';
import type { Place } from './places.js';

/** What becomes of rows of one table: `ask` is not permitted yet, and leaves the case open. */
export interface Policy {
  readonly how: 'delete' | 'pseudonymise' | 'keep' | 'ask';
  /** The law or the reason, for the proof. */
  readonly because: string | undefined;
  /** Of a model that is pseudonymised: its columns with names of people, which no identifier tells from each other. */
  readonly names: readonly string[];
  /** Of the same: which rows tell of nobody any more, so that no name need stay in them; a condition on the row `r`. */
  readonly ended: string | undefined;
}

/** `meta: {erase: delete}` or `meta: {erase: {how: keep, because: …}}` of a source's table or a model. */
export function policyOf(place: Place, sources: PrivacySettings['sources']): Policy {
  const said = saidOf(place);
  const unsaid = { because: undefined, names: [], ended: undefined };
  if (said === undefined) return { how: place.kind === 'source' ? sources : 'delete', ...unsaid };
  const {
    how,
    because,
    names = [],
    ended,
  } = typeof said === 'string' || said === null ? { how: said } : (said as Record<string, unknown>);
  const at = place.source?.original_file_path ?? place.node?.patch_path?.replace(/^\w+:\/\//, '');
  const fault = (message: string): ThauError =>
    new ThauError('PRIVACY_POLICY', `${place.title}: ${message}`, {
      hint: 'Write `erase: delete`, `erase: pseudonymise`, or `erase: {how: keep, because: …}`.',
      ...(at !== undefined && { at: { file: at } }),
    });
  if (how !== 'delete' && how !== 'pseudonymise' && how !== 'keep')
    throw fault(`meta.erase says ${how === undefined ? 'nothing' : JSON.stringify(how)}.`);
  if (how === 'keep' && (typeof because !== 'string' || because.trim() === ''))
    throw fault('meta.erase keeps the data of an erased person without a reason.');
  const unknown = (Array.isArray(names) ? (names as unknown[]) : [names]).find(
    (name) => !place.columns.some((column) => column.name === name),
  );
  if (unknown !== undefined)
    throw fault(`meta.erase.names says ${JSON.stringify(unknown)}, which is no column of it.`);
  return {
    how,
    because: typeof because === 'string' ? because : undefined,
    names: names as readonly string[],
    ended: typeof ended === 'string' ? ended : undefined,
  };
}

function saidOf({ source, node }: Place): unknown {
  const config = source?.config['meta'] as Record<string, unknown> | undefined;
  return source?.meta['erase'] ?? config?.['erase'] ?? node?.config.meta['erase'];
}

/** Columns that stay although they feed identifiers: `meta: {erase: keep}` of the column. */
export function keptColumns(place: Place): ReadonlySet<string> {
  const columns = Object.values((place.source ?? place.node)?.columns ?? {});
  return new Set(columns.filter(({ meta }) => meta['erase'] === 'keep').map(({ name }) => name));
}
