import { readFileSync } from 'node:fs';
import { thau } from './thau.js';

/** What stands in the database before either builds: `sample` for thau's sample shop, else the statements of a file. */
export async function prepareDatabase(what, project, database) {
  if (what === undefined) return;
  if (what === 'sample') {
    const loaded = thau(project, database, 'sample', 'load');
    if (loaded.status !== 0) throw new Error(loaded.stdout + loaded.stderr);
  } else await database.query(readFileSync(what, 'utf8'));
}
