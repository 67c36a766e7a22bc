// Precision, recall and F1 of the probabilistic step alone over labelled lists of people:
// `BENCH_DATABASE_URL=… node bench/identity/labelled.js people.csv …`. A file has the columns unique_id (a number),
// first_name, surname, dob (yyyy-mm-dd), city, email and cluster (a number: who it is in truth); what is unknown is empty.
// The rules are those of test/transforms/matching, the same for every file.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { using, withWarehouse } from '../runs/harness.js';

const repository = join(import.meta.dirname, '../..');
const needed = ['unique_id', 'first_name', 'surname', 'dob', 'city', 'email', 'cluster'];
const project = join(repository, 'test/transforms/matching');
const quality = readFileSync(join(project, 'quality.sql'), 'utf8');

const files = process.argv.slice(2);
const wrong = files.map(fault).find(Boolean);
if (files.length === 0 || wrong) {
  console.error(wrong ?? 'usage: node bench/identity/labelled.js people.csv …');
  process.exit(2);
}

for (const file of files) {
  await withWarehouse('labelled', async (place) => {
    writeProject(place.folder);
    place.thau('load', file, '--table', 'raw.people');
    await using(place.url, async (client) => {
      await client.query(`alter table raw.people alter unique_id type integer using unique_id::integer,
        alter cluster type integer using cluster::integer`);
      const { wall } = place.thau('build');
      const { rows } = await client.query(quality);
      tell(basename(file), rows[0], wall);
    });
  });
}

function fault(file) {
  if (!existsSync(file)) return `${file} is not there`;
  const columns = readFileSync(file, 'utf8').split(/\r?\n/, 1)[0].split(',');
  const missing = needed.filter((column) => !columns.includes(column));
  return missing.length === 0 ? undefined : `${file} has no column ${missing.join(', ')}`;
}

function writeProject(folder) {
  cpSync(project, folder, { recursive: true });
  for (const name of JSON.parse(readFileSync(join(project, 'shared-macros.json'), 'utf8'))) {
    cpSync(join(repository, 'transforms/macros', name), join(folder, 'macros', basename(name)), {
      recursive: true,
    });
  }
}

function tell(name, { records, pairs, precision, recall, f1, reachable, people, in_truth }, wall) {
  const figures = [
    `precision ${precision.toFixed(4)}`,
    `recall ${recall.toFixed(4)}`,
    `F1 ${f1.toFixed(4)}`,
    `${String(people)} people (${String(in_truth)} in truth)`,
    `${(reachable * 100).toFixed(1)} % of the pairs share a block`,
    `${wall.toFixed(1)} s`,
  ];
  console.log(`${name}: ${String(records)} records, ${String(pairs)} pairs; ${figures.join(', ')}`);
}
