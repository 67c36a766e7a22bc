import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { IgnoreRules } from './ignore-rules.js';

/** A file that a search found. */
export interface FoundFile {
  /** The configured folder it was found under, `models`. */
  readonly root: string;
  /** Relative to the package, `models/staging/stg_orders.sql`; always with `/`. */
  readonly path: string;
}

/**
 * The files below `folders` of a package whose names end in one of `extensions`, sorted by path. Folders that do
 * not exist hold nothing; links are followed, but no folder is entered twice; a file under two of the folders
 * is found once.
 */
export function findFiles(
  packageRoot: string,
  folders: readonly string[],
  extensions: readonly string[],
  ignored: IgnoreRules,
): FoundFile[] {
  const found = new Map<string, FoundFile>();
  for (const root of folders) {
    const visited = new Set<string>();
    const walk = (folder: string): void => {
      const real = realFolder(join(packageRoot, folder));
      if (real === undefined || visited.has(real)) return;
      visited.add(real);
      for (const entry of readdirSync(real, { withFileTypes: true })) {
        const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
        const kind = kindOf(entry, join(real, entry.name));
        if (kind === 'folder') {
          if (!ignored(path, true)) walk(path);
        } else if (
          kind === 'file' &&
          extensions.some((end) => entry.name.endsWith(end)) &&
          !ignored(path, false)
        ) {
          if (!found.has(path)) found.set(path, { root, path });
        }
      }
    };
    walk(root);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(entry: Dirent, path: string): 'file' | 'folder' | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return undefined;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return 'folder';
  return stats?.isFile() === true ? 'file' : undefined;
}
