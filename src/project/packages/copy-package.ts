import { copyFileSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What a package has for itself and its users do not need. */
const leftOut: ReadonlySet<string> = new Set([
  '.git',
  'dbt_packages',
  'dbt_modules',
  'target',
  'logs',
  'node_modules',
  '.venv',
  'integration_tests',
]);

/**
 * Copies a package's files. `project` is the folder that asked for it and is passed over, since a project may stand
 * inside the package it uses (`local: ../`).
 */
export function copyPackage(from: string, to: string, project: string): void {
  copyFolder(from, to, (path, top) => (top !== undefined && leftOut.has(top)) || path === resolve(project));
}

function copyFolder(
  from: string,
  to: string,
  skip: (path: string, top?: string) => boolean,
  depth = 0,
): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const path = resolve(from, entry.name);
    if (skip(path, depth === 0 ? entry.name : undefined)) continue;
    const copy = join(to, entry.name);
    if (entry.isDirectory()) copyFolder(path, copy, skip, depth + 1);
    // links stay links: what leads out of the package is refused when it is read
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(path), copy);
    else if (entry.isFile()) copyFileSync(path, copy);
  }
}
