import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ThauError } from '../errors/thau-error.js';

/** A command that works on a project fails early where there is none, or where it may not be read. */
export function requireProject(projectDir: string): void {
  const folder = resolve(projectDir);
  const file = join(folder, 'dbt_project.yml');
  try {
    if (!statSync(folder).isDirectory()) throw noProject(`${folder} is not a folder.`);
    accessSync(folder, constants.R_OK | constants.X_OK);
    accessSync(file, constants.R_OK);
  } catch (error) {
    if (error instanceof ThauError) throw error;
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw noProject(
        path === file ? `${folder} holds no dbt_project.yml.` : `There is no folder ${folder}.`,
      );
    }
    throw new ThauError(
      'CONFIG_UNREADABLE',
      `The project in ${folder} cannot be read (${code ?? 'unknown'}).`,
      {
        hint: 'Give this user the right to read the folder and its files.',
        cause: error,
      },
    );
  }
}

function noProject(message: string): ThauError {
  return new ThauError('PROJECT_NOT_FOUND', message, {
    hint: 'Run thau in the folder of a project, or name it: --project-dir <folder>.',
  });
}
