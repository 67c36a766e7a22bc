import type { ManifestNode } from '../../project/manifest.js';
import type { Session } from '../../postgres/session.js';
import { sqlName } from '../relation.js';
import { register, type BuiltNode } from './build-node.js';
import type { Deferral } from './deferral.js';
import { nodeFailure } from './node-failure.js';
import { applyDocs, applyGrants } from './relation-extras.js';
import type { RunScope } from './run-scope.js';

/**
 * dbt's `clone` on PostgreSQL, which cannot share a table's rows: a view over the relation of the other state, under
 * the node's own name.
 */
export async function cloneNode(
  session: Session,
  scope: RunScope,
  node: ManifestNode,
  from: Deferral,
): Promise<BuiltNode> {
  const other = from.relationOf(node.unique_id);
  const place = scope.candidatePlace(node);
  const sql = other ? `select * from ${sqlName({ schema: other.schema, name: other.identifier })}` : '';
  const candidate = { kind: 'view', rows: null, message: 'CREATE VIEW' } as const;
  try {
    await session.transaction(async (tx) => {
      await tx.query(`create view ${sqlName(place)} as ${sql}`);
      register(tx, scope, node, place, candidate);
      await applyGrants(tx, node, [place]);
      await applyDocs(tx, node, place, 'view');
    });
  } catch (error) {
    throw nodeFailure(error, node);
  }
  scope.setCandidate(node, { ...place, kind: 'view' });
  return { candidate, compiledCode: sql };
}
