import { randomBytes } from 'node:crypto';
import type { Queryable } from '../../postgres/queryable.js';

/**
 * What cursors are signed with: one secret per database, so that a cursor handed out by one process is taken back by
 * another, and after a restart.
 */
export async function cursorSecret(database: Queryable, state: string): Promise<string> {
  await database.query(
    `insert into ${state}.settings (key, value) values ('cursor_secret', to_jsonb($1::text)) on conflict do nothing`,
    [randomBytes(32).toString('base64')],
  );
  const { rows } = await database.query<{ value: string }>(
    `select value from ${state}.settings where key = 'cursor_secret'`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the cursor secret was not written');
  return row.value;
}
