import { hash } from 'node:crypto';
import { lstatSync, rmSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { manifestArtifact } from '../../build/artifacts/manifest-artifact.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { readSelectors } from '../../project/select/read-selectors.js';
import { noteState, showsState } from './written-manifest.js';
import { writeWhole } from './write-whole.js';

/**
 * `target/manifest.json`, as dbt's tools read it. `compiled`: the SQL that ran, by unique_id. With a `fingerprint` of
 * the manifest, the file is left alone where it says the same already: of a large project it is a hundred megabytes.
 */
export function writeManifest(
  targetPath: string,
  manifest: Manifest,
  version: string,
  more: {
    readonly projectDir?: string;
    readonly compiled?: ReadonlyMap<string, string>;
    readonly fingerprint?: string | undefined;
  } = {},
): void {
  const compiled = [...(more.compiled ?? [])].flatMap(([id, code]) => {
    const node = manifest.nodes[id];
    return node ? [[id, { code, path: join(basename(targetPath), compiledPath(node)) }] as const] : [];
  });
  const selectors = more.projectDir === undefined ? [] : readSelectors(more.projectDir);
  const { fingerprint } = more;
  const state = fingerprint && hash('sha1', JSON.stringify([fingerprint, version, selectors]));
  if (state !== undefined && showsState(targetPath, state)) return;
  const artifact = manifestArtifact(manifest, {
    thauVersion: version,
    compiled: new Map(compiled),
    selectors: Object.fromEntries(selectors.map(({ name, definition }) => [name, { name, definition }])),
  });
  writeWhole(join(targetPath, 'manifest.json'), artifact);
  if (state !== undefined) noteState(targetPath, state);
}

/** Where dbt puts a node's compiled SQL below its target folder; generic tests in a folder named as their YAML file. */
export function compiledPath(node: ManifestNode): string {
  const file =
    node.test_metadata === undefined ? node.original_file_path : `${node.original_file_path}/${node.path}`;
  return join('compiled', node.package_name, file);
}

/**
 * Writes a node's compiled SQL. Where an older version of thau or of the project left a folder in place of the file, or
 * a file in place of one of its folders, that goes: all below `target/compiled` is written anew by each compilation.
 */
export function writeCompiled(targetPath: string, node: ManifestNode, compiledCode: string): string {
  const path = compiledPath(node);
  const file = join(targetPath, path);
  const names = path.split('/');
  for (let depth = 2; depth <= names.length; depth++) {
    const at = join(targetPath, ...names.slice(0, depth));
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) break;
    // a model path such as ../shared leads out of the folder that is thau's to clear
    if (!at.startsWith(join(targetPath, 'compiled', sep))) continue;
    if (found.isDirectory() === (depth === names.length)) rmSync(at, { recursive: true });
  }
  writeWhole(file, `${compiledCode}\n`);
  return file;
}
