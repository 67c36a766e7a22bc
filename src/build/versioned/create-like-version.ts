import type { Session } from '../../postgres/session.js';
import { sqlName, type RowStore } from '../relation.js';
import { fromColumn } from './version-text.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/**
 * An empty table with the columns that a versioned relation shows, and the constraints of the table behind it. Not made
 * like that table: its hidden column would stay as a dropped one and cost each row a null.
 */
export async function createLikeVersion(
  tx: Session,
  view: Place,
  store: RowStore,
  to: Place,
  unlogged: boolean,
): Promise<void> {
  const table = sqlName({ schema: store.schema, name: store.table });
  await tx.query(
    `create ${unlogged ? 'unlogged ' : ''}table ${sqlName(to)} (like ${sqlName(view)} including comments)`,
  );
  const { rows } = await tx.query<{ change: string }>(
    `select format('alter column %I set not null', a.attname) as change
     from pg_attribute as a
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull and a.attname <> $2
     union all
     select format('alter column %I set default %s', a.attname, pg_get_expr(d.adbin, d.adrelid))
     from pg_attrdef as d join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
     where d.adrelid = $1::regclass and a.attname <> $2
     union all
     select format('add constraint %I %s', c.conname, pg_get_constraintdef(c.oid))
     from pg_constraint as c where c.conrelid = $1::regclass and c.contype = 'c'`,
    [table, fromColumn],
  );
  if (rows.length > 0) {
    await tx.query(`alter table ${sqlName(to)} ${rows.map((row) => row.change).join(', ')}`);
  }
}
