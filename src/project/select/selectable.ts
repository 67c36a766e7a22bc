import type { DeclaredNode, Manifest, ManifestNode, SourceNode } from '../manifest.js';

/** Whatever a selection can name. */
export type Selectable = ManifestNode | SourceNode | DeclaredNode;

/** All that can be selected in a manifest, by unique id. */
export function selectables(manifest: Manifest): Map<string, Selectable> {
  const tables: Readonly<Record<string, Selectable>>[] = [
    manifest.nodes,
    manifest.sources,
    manifest.exposures,
    manifest.metrics,
    manifest.semantic_models,
    manifest.saved_queries,
    manifest.unit_tests,
  ];
  const found = new Map<string, Selectable>();
  for (const table of tables) {
    for (const [id, node] of Object.entries(table)) {
      if (node.resource_type !== 'operation' && node.resource_type !== 'sql_operation') found.set(id, node);
    }
  }
  return found;
}

/** The id of what a node depends on; sources depend on nothing. */
export function parentsOf(node: Selectable): readonly string[] {
  return 'depends_on' in node ? (node as ManifestNode).depends_on.nodes : [];
}
