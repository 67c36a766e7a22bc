import { closeSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { manifestArtifact } from '../../build/artifacts/manifest-artifact.js';
import { ThauError } from '../../errors/thau-error.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { readSelectors } from '../../project/select/read-selectors.js';

/** `target/manifest.json`, as dbt's tools read it. `compiled`: the SQL that ran, by unique_id. */
export function writeManifest(
  targetPath: string,
  manifest: Manifest,
  version: string,
  more: { readonly projectDir?: string; readonly compiled?: ReadonlyMap<string, string> } = {},
): void {
  const compiled = [...(more.compiled ?? [])].flatMap(([id, code]) => {
    const node = manifest.nodes[id];
    return node ? [[id, { code, path: join(basename(targetPath), compiledPath(node)) }] as const] : [];
  });
  const selectors = more.projectDir === undefined ? [] : readSelectors(more.projectDir);
  const artifact = manifestArtifact(manifest, {
    thauVersion: version,
    compiled: new Map(compiled),
    selectors: Object.fromEntries(selectors.map(({ name, definition }) => [name, { name, definition }])),
  });
  writeWhole(join(targetPath, 'manifest.json'), artifact);
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

/** A reader never sees half a file. A text that is too large to be held comes in pieces. */
export function writeWhole(file: string, text: string | Iterable<string>): void {
  const aside = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (typeof text === 'string') writeFileSync(aside, text);
    else writePieces(aside, text);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw new ThauError('BUILD_ARTIFACT', `${file} could not be written: ${reasonOf(error)}.`, {
      at: { file },
      cause: error,
    });
  }
}

const bufferedCharacters = 1 << 20;

function writePieces(file: string, pieces: Iterable<string>): void {
  const handle = openSync(file, 'w');
  try {
    let waiting = '';
    for (const piece of pieces) {
      waiting += piece;
      if (waiting.length < bufferedCharacters) continue;
      writeFileSync(handle, waiting);
      waiting = '';
    }
    writeFileSync(handle, waiting);
  } finally {
    closeSync(handle);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return { EISDIR: 'it is a folder', ENOTDIR: 'a folder of its path is a file' }[code ?? ''] ?? message;
}
