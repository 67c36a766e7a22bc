import { inputsOf } from '../build/plan/node-inputs.js';
import { hasRelation } from '../build/run/has-relation.js';
import type { Manifest, ManifestNode } from '../project/manifest.js';

/** What a node reads; for a source that names what the project itself builds, that node, whose scratch view it will read. */
export function readBy(manifest: Manifest, node: ManifestNode): readonly string[] {
  const owners = ownersOf(manifest);
  const own = inputsOf(manifest, node).map((id) => owners.get(id) ?? id);
  return [...new Set(own)].filter((id) => id !== node.unique_id);
}

const known = new WeakMap<Manifest, ReadonlyMap<string, string>>();

/** Sources by unique_id, with the node that makes their relation. */
function ownersOf(manifest: Manifest): ReadonlyMap<string, string> {
  const before = known.get(manifest);
  if (before) return before;
  const nodes = new Map<string, string>();
  for (const node of Object.values(manifest.nodes)) {
    if (hasRelation(node)) nodes.set(`${node.schema}\0${node.alias}`, node.unique_id);
  }
  const owners = new Map<string, string>();
  for (const source of Object.values(manifest.sources)) {
    const owner = nodes.get(`${source.schema}\0${source.identifier}`);
    if (owner !== undefined) owners.set(source.unique_id, owner);
  }
  known.set(manifest, owners);
  return owners;
}
