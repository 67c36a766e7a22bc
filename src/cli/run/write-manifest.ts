import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest, ManifestNode } from '../../project/manifest.js';

/** `target/manifest.json`, as dbt's tools read it. */
export function writeManifest(targetPath: string, manifest: Manifest, version: string): void {
  writeWhole(join(targetPath, 'manifest.json'), JSON.stringify(dbtManifest(manifest, version)));
}

/** Where dbt puts a node's compiled SQL below its target folder; generic tests in a folder named as their YAML file. */
export function compiledPath(node: ManifestNode): string {
  const file =
    node.test_metadata === undefined ? node.original_file_path : `${node.original_file_path}/${node.path}`;
  return join('compiled', node.package_name, file);
}

function dbtManifest(manifest: Manifest, version: string): unknown {
  return {
    ...manifest,
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      dbt_version: `thau ${version}`,
      ...manifest.metadata,
    },
  };
}

/** A reader never sees half a file. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}
