import type { Manifest, ManifestNode } from '../../project/manifest.js';

/**
 * The nodes, where those that read a seed by `source()` wait for it too. A seed reads nothing, so that no circle
 * can come of it; what other nodes build and a source names is read as it stands.
 */
export function waitingForSeeds(manifest: Manifest): Readonly<Record<string, ManifestNode>> {
  const seeds = new Map<string, string>();
  for (const node of Object.values(manifest.nodes)) {
    if (node.resource_type === 'seed') seeds.set(`${node.schema}\0${node.alias}`, node.unique_id);
  }
  const seedOf = new Map<string, string>();
  for (const source of Object.values(manifest.sources)) {
    const seed = seeds.get(`${source.schema}\0${source.identifier}`);
    if (seed !== undefined) seedOf.set(source.unique_id, seed);
  }
  if (seedOf.size === 0) return manifest.nodes;
  return Object.fromEntries(
    Object.entries(manifest.nodes).map(([id, node]) => {
      const more = node.depends_on.nodes.flatMap((parent) => seedOf.get(parent) ?? []);
      if (more.length === 0) return [id, node];
      return [
        id,
        { ...node, depends_on: { ...node.depends_on, nodes: [...node.depends_on.nodes, ...more] } },
      ];
    }),
  );
}
