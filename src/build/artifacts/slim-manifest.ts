import type { Manifest } from '../../project/manifest.js';

/** One node as the API's `warehouse` root shows it. */
export interface SlimNode {
  readonly unique_id: string;
  readonly resource_type: string;
  readonly name: string;
  readonly package_name: string;
  readonly path: string;
  readonly description: string;
  readonly columns: readonly { readonly name: string; readonly description: string }[];
  readonly depends_on: readonly string[];
  readonly tags: readonly string[];
  readonly schema?: string;
  readonly alias?: string;
  readonly materialized?: string;
}

/** The manifest without code and configs: what a person asks of a warehouse. */
export function slimManifest(manifest: Manifest): { readonly nodes: readonly SlimNode[] } {
  const columns = (
    all: Readonly<Record<string, { name: string; description: string }>>,
  ): SlimNode['columns'] => Object.values(all).map(({ name, description }) => ({ name, description }));
  const nodes = Object.values(manifest.nodes)
    .filter((node) => node.resource_type !== 'operation' && node.resource_type !== 'sql_operation')
    .map((node): SlimNode => ({
      unique_id: node.unique_id,
      resource_type: node.resource_type,
      name: node.name,
      package_name: node.package_name,
      path: node.original_file_path,
      description: node.description,
      columns: columns(node.columns),
      depends_on: node.depends_on.nodes,
      tags: node.tags,
      schema: node.schema,
      alias: node.alias,
      materialized: node.config.materialized,
    }));
  const sources = Object.values(manifest.sources).map((source): SlimNode => ({
    unique_id: source.unique_id,
    resource_type: 'source',
    name: source.name,
    package_name: source.package_name,
    path: source.original_file_path,
    description: source.description,
    columns: columns(source.columns),
    depends_on: [],
    tags: source.tags,
    schema: source.schema,
    alias: source.identifier,
  }));
  return { nodes: [...nodes, ...sources] };
}
