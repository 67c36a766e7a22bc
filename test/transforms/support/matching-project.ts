import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

/** Of the other macros those that matching uses. */
const shared = [
  'components.sql',
  'batches.sql',
  'identity/increments.sql',
  'get_incremental_replace_sql.sql',
];

export async function createMatchingProject(): Promise<MatchingProject> {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'thau-matching-'));
  cpSync(join(root, 'test/transforms/matching'), folder, { recursive: true });
  const macros = join(root, 'transforms/macros');
  mkdirSync(join(folder, 'macros'), { recursive: true });
  for (const file of shared) cpSync(join(macros, file), join(folder, 'macros', basename(file)));
  for (const file of readdirSync(join(macros, 'matching'))) {
    cpSync(join(macros, 'matching', file), join(folder, 'macros', file));
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
