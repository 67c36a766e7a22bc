import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';

/**
 * A copy of the checkout a project stands in, since its packages may name folders above it (`local: ../`): the
 * nearest folder above with `.git`, else the smallest that holds the project and the folders it names.
 */
export function copyCheckout(project) {
  let root = project;
  for (let at = project; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, '.git'))) {
      root = at;
      break;
    }
  }
  for (const local of localPackages(project)) {
    while (relative(root, local).startsWith('..')) root = dirname(root);
  }
  const folder = mkdtempSync(join(tmpdir(), 'thau-compat-'));
  const copy = join(folder, basename(root));
  const left = new Set(['.git', 'target', 'dbt_packages', 'node_modules', 'logs', '.thau', 'dist']);
  cpSync(root, copy, { recursive: true, filter: (source) => !left.has(basename(source)) });
  return {
    root: copy,
    project: join(copy, relative(root, project)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function localPackages(project) {
  return ['packages.yml', 'dependencies.yml']
    .map((file) => join(project, file))
    .filter(existsSync)
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/local:\s*['"]?([^'"\s#]+)/g)])
    .map(([, path]) => resolve(project, path));
}
