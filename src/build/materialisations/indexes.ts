import type { Session } from '../../postgres/session.js';
import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { sqlName } from '../relation.js';
import { configError } from './config-error.js';

const example = "Write it as dbt does: indexes: [{columns: ['customer_id'], unique: true}].";

/**
 * dbt's config `indexes`: `[{columns: [a, b], unique: true, type: btree}]`. Columns stand as they are written, as
 * under dbt, so an expression such as `lower(email)` is one too. PostgreSQL names the indexes.
 */
export async function createIndexes(
  tx: Session,
  target: { readonly schema: string; readonly name: string },
  config: NodeConfig,
  node: ManifestNode,
): Promise<void> {
  const indexes = config['indexes'];
  if (indexes === undefined || indexes === null) return;
  if (!Array.isArray(indexes))
    throw configError(node, 'indexes must be a list of {columns, unique, type}', example);
  for (const index of indexes as unknown[]) {
    const { columns, unique, type } = (index ?? {}) as Record<string, unknown>;
    const list = typeof columns === 'string' ? [columns] : columns;
    if (!Array.isArray(list) || list.length === 0) throw configError(node, 'an index needs columns', example);
    const method = type ?? 'btree';
    if (typeof method !== 'string' || !/^[a-z_]+$/i.test(method))
      throw configError(node, `an index has the type ${JSON.stringify(type)}`, example);
    await tx.query(
      `create ${unique === true ? 'unique ' : ''}index on ${sqlName(target)} using ${method} (${list.join(', ')})`,
    );
  }
}
