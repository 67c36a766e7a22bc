import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { sqlName, type RelationKind } from '../relation.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** Gives a relation another schema and name; not a row of it is touched, and what reads it by its id goes on. */
export async function moveRelation(tx: Session, kind: RelationKind, from: Place, to: Place): Promise<void> {
  // neither name may be taken on the way: both are changed where nobody looks
  if (from.schema !== to.schema) {
    const aside = `thau_moves_${(await nextNumber(tx)).toString()}`;
    await tx.query(`alter ${kind} ${sqlName(from)} rename to ${quoteIdentifier(aside)}`);
    await tx.query(
      `alter ${kind} ${sqlName({ schema: from.schema, name: aside })} set schema ${quoteIdentifier(to.schema)}`,
    );
    await tx.query(
      `alter ${kind} ${sqlName({ schema: to.schema, name: aside })} rename to ${quoteIdentifier(to.name)}`,
    );
  } else if (from.name !== to.name) {
    await tx.query(`alter ${kind} ${sqlName(from)} rename to ${quoteIdentifier(to.name)}`);
  }
}

async function nextNumber(tx: Session): Promise<number> {
  const { rows } = await tx.query<{ oid: number }>('select pg_current_xact_id()::text::bigint as oid');
  return rows[0]?.oid ?? 0;
}
