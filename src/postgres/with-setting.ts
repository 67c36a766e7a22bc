import type { Session } from './session.js';

/**
 * Runs `work` with a setting of PostgreSQL at another value, and sets it back. `value` is SQL of type text over
 * `before`, its value until now. Within a transaction: a `work` that fails ends it, and the setting with it.
 */
export async function withSetting<T>(
  tx: Session,
  setting: string,
  value: string,
  work: () => Promise<T>,
): Promise<T> {
  const { rows } = await tx.query<{ before: string }>(
    `select before, set_config($1, ${value}, true) from (select current_setting($1) as before offset 0) as present`,
    [setting],
  );
  const answer = await work();
  await tx.query('select set_config($1, $2, true)', [setting, rows[0]?.before]);
  return answer;
}
