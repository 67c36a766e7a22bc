import { hash } from 'node:crypto';
import type { Manifest } from '../manifest.js';

/**
 * One hash of all that a manifest says, but for when and by which invocation. `unitsHash` stands for what came of
 * units: nodes, sources, and what links them. The rest is little, and taken as it is.
 */
export function fingerprintOf(manifest: Manifest, unitsHash: string): string {
  const { nodes, sources, parent_map, child_map, metadata, ...rest } = manifest;
  const hooks = Object.values(nodes).filter((node) => node.resource_type === 'operation');
  const { project_name, adapter_type } = metadata;
  const counts = [nodes, sources, parent_map, child_map].map((part) => Object.keys(part).length);
  return hash('sha1', JSON.stringify([unitsHash, counts, project_name, adapter_type, hooks, rest]));
}
