import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runThau } from '../../support/run-thau.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { root } from './warehouse.js';

/** The probabilistic step alone: the macros of transforms/ in a project with one table of people and no identifiers. */
export interface MatchingProject {
  readonly database: TestDatabase;
  readonly folder: string;
  thau(...args: string[]): Promise<void>;
  drop(): Promise<void>;
}

const source = join(root, 'test/transforms/matching');

/** Pairs of records put together, against those of one cluster in the truth. */
export const qualityOfPairs = readFileSync(join(source, 'quality.sql'), 'utf8');

export async function createMatchingProject(): Promise<MatchingProject> {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'thau-matching-'));
  cpSync(source, folder, { recursive: true });
  for (const name of JSON.parse(readFileSync(join(source, 'shared-macros.json'), 'utf8')) as string[]) {
    cpSync(join(root, 'transforms/macros', name), join(folder, 'macros', basename(name)), {
      recursive: true,
    });
  }
  return {
    database,
    folder,
    async thau(...args) {
      const ran = await runThau(args, { cwd: folder, env: { DATABASE_URL: database.url } });
      if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
    },
    async drop() {
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
