import type { Session } from '../../postgres/session.js';
import { sqlName, type Relation } from '../relation.js';
import { createLikeVersion } from '../versioned/create-like-version.js';

/**
 * Copies a table with its rows in their order. Defaults, identity, generated columns, storage and constraints come
 * along; indexes are made afterwards, which is quicker than keeping them while rows go in. Answers how many rows.
 */
export async function cloneRelation(
  tx: Session,
  from: Relation,
  to: { readonly schema: string; readonly name: string },
  unlogged: boolean,
): Promise<number> {
  if (from.store) {
    await createLikeVersion(tx, from, from.store, to, unlogged);
  } else {
    await tx.query(
      `create ${unlogged ? 'unlogged ' : ''}table ${sqlName(to)} (
           like ${sqlName(from)} including defaults including identity including constraints including storage
               including compression including comments including generated)`,
    );
  }
  const { rows } = await tx.query<{ list: string | null }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as list from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [sqlName(from)],
  );
  const list = rows[0]?.list;
  if (list === undefined || list === null) return 0;
  const { rowCount } = await tx.query(
    `insert into ${sqlName(to)} (${list}) overriding system value select ${list} from ${sqlName(from)}`,
  );
  return rowCount;
}
