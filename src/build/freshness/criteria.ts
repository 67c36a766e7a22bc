import { ThauError } from '../../errors/thau-error.js';
import type { SourceNode } from '../../project/manifest.js';

const seconds = { minute: 60, hour: 3600, day: 86_400 } as const;

/** `{count: 12, period: hour}`. */
export interface Limit {
  readonly count: number;
  readonly period: keyof typeof seconds;
}

/** What a source's `freshness` says. */
export interface Criteria {
  readonly warn_after: Limit | null;
  readonly error_after: Limit | null;
  readonly filter: string | null;
}

/** The criteria of a source; undefined where it has none. Throws PROJECT_CONFIG. */
export function criteriaOf(source: SourceNode): Criteria | undefined {
  const raw = source.freshness;
  if (raw === null) return undefined;
  const criteria: Criteria = {
    warn_after: limitOf(source, 'warn_after', raw['warn_after']),
    error_after: limitOf(source, 'error_after', raw['error_after']),
    filter: typeof raw['filter'] === 'string' ? raw['filter'] : null,
  };
  return criteria.warn_after === null && criteria.error_after === null ? undefined : criteria;
}

/** What an age in seconds means; later limits win. */
export function statusOf(
  age: number,
  { warn_after: warn, error_after: error }: Criteria,
): 'pass' | 'warn' | 'error' {
  const exceeds = (limit: Limit | null): boolean =>
    limit !== null && age > limit.count * seconds[limit.period];
  if (exceeds(error)) return 'error';
  return exceeds(warn) ? 'warn' : 'pass';
}

function limitOf(source: SourceNode, key: string, raw: unknown): Limit | null {
  if (raw === undefined || raw === null) return null;
  const { count, period } = raw as { readonly count?: unknown; readonly period?: unknown };
  // dbt lets a table switch off one of its source's limits by an empty one
  if (count === undefined && period === undefined) return null;
  if (
    typeof count === 'number' &&
    count >= 0 &&
    typeof period === 'string' &&
    Object.hasOwn(seconds, period)
  ) {
    return { count, period: period as Limit['period'] };
  }
  throw new ThauError(
    'PROJECT_CONFIG',
    `${key} of source "${source.source_name}.${source.name}" is not a length of time`,
    {
      at: { file: source.original_file_path },
      hint: `Write ${key}: {count: 12, period: hour}; a period is minute, hour or day.`,
    },
  );
}
