import { existsSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import { Problems } from '../../project/problems.js';
import { readProjectFile } from '../../project/settings/read-project-file.js';

/**
 * Removes the folders of `clean-targets`; answers those that were there. All are looked at before the first goes: one
 * outside of the project, or with files of the project in it, refuses them all.
 */
export function cleanProject(projectDir: string, keep: readonly string[]): string[] {
  const settings = readProjectFile({ root: projectDir, prefix: '' }, new Problems());
  const root = realpathSync(projectDir);
  const precious = [
    ...Object.values(settings.paths)
      .flat()
      .map((path) => resolve(root, path)),
    ...keep,
  ];
  const found = settings.cleanTargets.flatMap((written) => {
    const path = resolve(root, written);
    const at = settings.file.at(settings.file.value, 'clean-targets');
    const refuse = (why: string): ThauError =>
      new ThauError('CLI_CLEAN', `thau clean does not remove ${written}: ${why}.`, {
        at,
        hint: 'Correct clean-targets in dbt_project.yml; it names folders that can be made again.',
      });
    if (!within(path, root)) throw refuse('it is not a folder within the project');
    // a link in the way may lead out, though its name does not
    if (existsSync(dirname(path)) && !within(join(realpathSync(dirname(path)), '_'), root)) {
      throw refuse('it lies behind a link that leads out of the project');
    }
    const hit = precious.find((one) => one === path || within(one, path) || within(path, one));
    if (hit !== undefined && existsSync(hit)) throw refuse(`${relative(root, hit)} is part of the project`);
    return existsSync(path) ? [path] : [];
  });
  for (const path of found) rmSync(path, { recursive: true, force: true });
  return found.map((path) => relative(root, path));
}

function within(path: string, folder: string): boolean {
  return path.startsWith(folder + sep);
}
