import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { Problems } from '../problems.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import { readProjectFile } from '../settings/read-project-file.js';

/** The packages in the root project's `dbt_packages`, by the names their own dbt_project.yml give. */
export function installedPackages(root: ProjectSettings, problems: Problems): ProjectSettings[] {
  const folder = join(root.root, root.packagesInstallPath);
  if (!existsSync(folder)) return [];
  const found = new Map<string, ProjectSettings>();
  for (const name of readdirSync(folder).sort()) {
    const place = join(folder, name);
    if (
      !statSync(place, { throwIfNoEntry: false })?.isDirectory() ||
      !existsSync(join(place, 'dbt_project.yml'))
    )
      continue;
    problems.attempt(() => {
      const prefix = `${relative(root.root, place).replaceAll('\\', '/')}/`;
      const settings = readProjectFile({ root: place, prefix }, problems);
      const before = found.get(settings.name);
      if (settings.name === root.name || before !== undefined) {
        throw new ThauError('PROJECT_DUPLICATE_NODE', `two packages have the name "${settings.name}"`, {
          at: { file: settings.file.file, line: 1 },
          notes: [`the other is ${before?.file.file ?? 'the project itself'}`],
          hint: 'Remove one of them from packages.yml and run thau deps.',
        });
      }
      found.set(settings.name, settings);
    });
  }
  return [...found.values()];
}
