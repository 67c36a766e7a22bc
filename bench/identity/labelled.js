// Precision, recall and F1 of the probabilistic step alone over labelled lists of people:
// `BENCH_DATABASE_URL=… node bench/identity/labelled.js people.csv …`. A file has the columns unique_id (a number),
// first_name, surname, dob (yyyy-mm-dd), city, email and cluster (a number: who it is in truth); what is unknown is empty.
// The rules are those of test/transforms/matching, the same for every file.
import { existsSync, readFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { using, withWarehouse } from '../runs/harness.js';

const repository = join(import.meta.dirname, '../..');
const needed = ['unique_id', 'first_name', 'surname', 'dob', 'city', 'email', 'cluster'];
const quality = `
with placed as (
    select p.unique_id, p.cluster as person, coalesce(c.cluster_id, p.unique_id) as cluster
    from raw.people as p left join people_clusters as c on p.unique_id = c.record_id
),
found as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from placed group by cluster) as g),
truth as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from placed group by person) as g),
hits as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from placed group by person, cluster) as g)
select (select count(*) from placed)::integer as records, truth.n::integer as pairs,
    (hits.n / found.n)::float8 as precision, (hits.n / truth.n)::float8 as recall,
    (select count(distinct cluster) from placed)::integer as people,
    (select count(distinct person) from placed)::integer as in_truth,
    (
        select count(*) from people_candidates as c
        inner join placed as a on c.low_id = a.unique_id inner join placed as b on c.high_id = b.unique_id
        where a.person = b.person
    )::float8 / truth.n as reachable
from found, truth, hits`;

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
  cpSync(join(repository, 'test/transforms/matching'), folder, { recursive: true });
  const macros = join(repository, 'transforms/macros');
  mkdirSync(join(folder, 'macros'), { recursive: true });
  for (const file of [
    'components.sql',
    'batches.sql',
    'identity/increments.sql',
    'get_incremental_replace_sql.sql',
  ]) {
    cpSync(join(macros, file), join(folder, 'macros', basename(file)));
  }
  for (const file of readdirSync(join(macros, 'matching'))) {
    cpSync(join(macros, 'matching', file), join(folder, 'macros', file));
  }
}

function tell(name, { records, pairs, precision, recall, reachable, people, in_truth }, wall) {
  const f1 = (2 * precision * recall) / (precision + recall);
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
