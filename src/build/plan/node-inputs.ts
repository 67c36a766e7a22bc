import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { isEjected, type MappedNode } from '../publish/generation.js';
import { sqlName } from '../relation.js';
import { hasRelation } from '../run/has-relation.js';

/** The sources and relations a node reads, through ephemeral models. */
export function inputsOf(manifest: Manifest, node: ManifestNode): readonly string[] {
  const found = new Set<string>();
  const walk = (id: string): void => {
    const parent = manifest.nodes[id];
    if (parent && !hasRelation(parent)) parent.depends_on.nodes.forEach(walk);
    else found.add(id);
  };
  node.depends_on.nodes.forEach(walk);
  return [...found].sort();
}

/** A mapped relation as a data version names it. */
export function relationText(mapped: MappedNode | undefined): string | undefined {
  return mapped && !isEjected(mapped) ? sqlName(mapped.relation) : undefined;
}
