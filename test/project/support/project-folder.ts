import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '../../../src/project/environment.js';
import { parseProject, type Project } from '../../../src/project/parse-project.js';
import { ProjectErrors } from '../../../src/project/problems.js';
import { ThauError } from '../../../src/errors/thau-error.js';

export type Files = Readonly<Record<string, string>>;

/** The environment tests parse in; nothing of the machine gets in. */
export const environment: Environment = {
  target: { profileName: 'shop', name: 'dev', database: 'db', schema: 'main', threads: 4 },
  env: { REGION: 'south', DBT_ENV_SECRET_TOKEN: 'hidden' },
  vars: {},
  invocationId: '00000000-0000-0000-0000-000000000000',
  startedAt: new Date('2026-11-22T08:00:00Z'),
};

/** A project of these files in a temporary folder while `work` runs; dbt_project.yml is added unless given. */
export function inProject<T>(files: Files, work: (projectDir: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'thau-project-'));
  const all = { 'dbt_project.yml': 'name: shop\n', ...files };
  try {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function parseFiles(files: Files, over: Partial<Environment> = {}): Project {
  return inProject(files, (projectDir) =>
    parseProject({ projectDir, environment: { ...environment, ...over } }),
  );
}

/** What is wrong with a project of these files; fails when nothing is. */
export function faultsOf(files: Files, over: Partial<Environment> = {}): readonly ThauError[] {
  try {
    parseFiles(files, over);
  } catch (error) {
    if (error instanceof ProjectErrors) return error.errors;
    if (error instanceof ThauError) return [error];
    throw error;
  }
  throw new Error('the project has no faults');
}
