import type { Session } from '../../postgres/session.js';
import { withSetting } from '../../postgres/with-setting.js';

/**
 * Runs `work` with a row looked up by an index at a price as if its pages were at hand, and answers what it answers.
 *
 * A strategy looks for the rows of the increment's keys and then writes rows of the same keys: pages of the index that
 * the search reads are those that the writing changes. PostgreSQL plans each statement for itself, and at the price of a
 * random read for every key it prefers to read a large table whole from an increment of about 0.5 % on, where looking up
 * is quicker up to about 5 % (4 M rows of 80 bytes). Only planning changes, and where no index fits it is as it was.
 *
 * Keys are made distinct by sorting, not by a hash, so that the index is read in its own order: 10,000 numbers took half as
 * long as in a hash's order, 18,000 texts a third; and what is taken away then comes in that order to the table beside.
 */
export async function withCheapLookups<T>(tx: Session, work: () => Promise<T>): Promise<T> {
  const price = (before: string): string =>
    `least(${before}::float8, current_setting('seq_page_cost')::float8 / 2)::text`;
  return withSetting(tx, 'random_page_cost', price, () =>
    withSetting(tx, 'enable_hashagg', () => `'off'`, work),
  );
}
