import type { ManifestNode } from '../../project/manifest.js';

/** Whether a node becomes a relation of a generation. */
export function hasRelation(node: ManifestNode): boolean {
  if (node.resource_type === 'seed' || node.resource_type === 'snapshot') return true;
  return node.resource_type === 'model' && node.config.materialized !== 'ephemeral';
}
