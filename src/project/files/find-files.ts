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

/** Finds files of a package; each folder is walked once, whatever is asked for. */
export class FileFinder {
  readonly #walked = new Map<string, readonly string[]>();

  constructor(
    readonly packageRoot: string,
    readonly ignored: IgnoreRules,
  ) {}

  /**
   * The files below `folders` whose names end in one of `extensions`, sorted by path. Folders that do not exist hold
   * nothing; links are followed, but no folder is entered twice; a file under two of the folders is found once.
   */
  find(folders: readonly string[], extensions: readonly string[]): FoundFile[] {
    const found = new Map<string, FoundFile>();
    for (const root of folders) {
      for (const path of this.#below(root)) {
        if (!found.has(path) && extensions.some((end) => path.endsWith(end))) found.set(path, { root, path });
      }
    }
    return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #below(root: string): readonly string[] {
    const known = this.#walked.get(root);
    if (known !== undefined) return known;
    const paths: string[] = [];
    const visited = new Set<string>();
    const walk = (folder: string): void => {
      const real = realFolder(join(this.packageRoot, folder));
      if (real === undefined || visited.has(real)) return;
      visited.add(real);
      for (const entry of readdirSync(real, { withFileTypes: true })) {
        const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
        const kind = kindOf(entry, join(real, entry.name));
        if (kind === undefined || this.ignored(path, kind === 'folder')) continue;
        if (kind === 'folder') walk(path);
        else paths.push(path);
      }
    };
    walk(root);
    this.#walked.set(root, paths);
    return paths;
  }
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
