import type { Session } from '../../postgres/session.js';
import type { Column } from '../views/view-text.js';
import { selectBody } from './select-body.js';

/** The columns a select would have, without running it. */
export async function readQueryColumns(tx: Session, sql: string): Promise<readonly Column[]> {
  const { fields } = await tx.query(`select * from ${selectBody(sql)} as described limit 0`);
  if (fields.length === 0) return [];
  const { rows } = await tx.query<{ type: string }>(
    `select format_type(f.type::oid, f.modifier) as type
     from unnest($1::bigint[], $2::integer[]) with ordinality as f (type, modifier, place) order by f.place`,
    [fields.map((field) => field.typeOid), fields.map((field) => field.typeModifier)],
  );
  return fields.map((field, index) => ({ name: field.name, type: rows[index]?.type ?? 'text' }));
}
