import type { Session } from '../../postgres/session.js';
import { sqlName, type Relation } from '../relation.js';

/** `undo` of every materialisation whose candidate is a relation of its own. */
export async function dropCandidate(tx: Session, relation: Relation): Promise<void> {
  await tx.query(`drop ${relation.kind} if exists ${sqlName(relation)}`);
}
