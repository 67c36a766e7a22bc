import type { Session } from './session.js';

/**
 * Runs `work` with a setting of PostgreSQL at another value, and sets it back. `value` is SQL of type text, given SQL for
 * its value until now. Within a transaction: a `work` that fails ends it, and the setting with it. Costs no round trip of
 * its own beside statements of thau's.
 */
export async function withSetting<T>(
  tx: Session,
  setting: string,
  value: (before: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  const before = `current_setting('thau.before_${setting}')`;
  tx.later(`select set_config('thau.before_${setting}', current_setting('${setting}'), true)`);
  tx.later(`select set_config('${setting}', ${value(before)}, true)`);
  const answer = await work();
  tx.later(`select set_config('${setting}', ${before}, true)`);
  return answer;
}

/**
 * Has a table analyzed by a sample of a tenth of the usual size: it tells how many rows there are, and whether keys repeat.
 * `columns`, quoted, are those of which more is to be known than that; all, if none are named.
 */
export async function analyzeRoughly(
  tx: Session,
  table: string,
  columns: readonly string[] = [],
): Promise<void> {
  await withSetting(
    tx,
    'default_statistics_target',
    () => `'10'`,
    () => {
      tx.later(`analyze ${table}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}`);
      return Promise.resolve();
    },
  );
}
