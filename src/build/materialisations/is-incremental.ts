import { holdsRows, type Relation } from '../relation.js';

/** Whether the run adds to what is there: dbt's `is_incremental()`. */
export function isIncremental(
  config: Readonly<Record<string, unknown>>,
  current: Pick<Relation, 'kind' | 'store'> | undefined,
  fullRefresh: boolean,
): boolean {
  const refresh = typeof config['full_refresh'] === 'boolean' ? config['full_refresh'] : fullRefresh;
  return config['materialized'] === 'incremental' && holdsRows(current) && !refresh;
}
