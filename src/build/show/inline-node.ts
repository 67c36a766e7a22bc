import type { Manifest, ManifestNode } from '../../project/manifest.js';

/** SQL of the command line as a node that may refer to everything: dbt's `--inline`. */
export function inlineNode(manifest: Manifest, sql: string): ManifestNode {
  const { project_name: project } = manifest.metadata;
  const file = 'the SQL of --inline';
  return {
    unique_id: `sql_operation.${project}.inline_query`,
    resource_type: 'sql_operation',
    name: 'inline_query',
    package_name: project,
    path: file,
    original_file_path: file,
    fqn: [project, 'sql', 'inline_query'],
    database: null,
    schema: '',
    alias: 'inline_query',
    relation_name: null,
    checksum: { name: 'none', checksum: '' },
    config: { enabled: true, materialized: 'view', tags: [], meta: {}, pre_hook: [], post_hook: [] },
    tags: [],
    meta: {},
    description: '',
    columns: {},
    patch_path: null,
    language: 'sql',
    raw_code: sql,
    refs: [],
    sources: [],
    depends_on: { nodes: [...Object.keys(manifest.nodes), ...Object.keys(manifest.sources)], macros: [] },
    group: null,
  };
}
