// The memory of thau's own process over a build with a seed, a model, tests and a snapshot, thau diff and thau show, with
// many rows and with few: nothing may buffer a table.
import { writeFileSync } from 'node:fs';
import { goal, median, option, withWarehouse } from './harness.js';

export async function memory({ few = 100_000, many = Number(option('--memory-rows', 10_000_000)) } = {}) {
  const small = await peaks(few);
  const large = await peaks(many);
  return Object.keys(small).map((what) =>
    goal(
      `memory of thau ${what}, ${many.toLocaleString('en')} rows over ${few.toLocaleString('en')}`,
      large[what] / small[what],
      1.25,
      '',
      `${large[what].toFixed(0)} MB, ${small[what].toFixed(0)} MB`,
    ),
  );
}

async function peaks(rows) {
  return withWarehouse('memory', async (place) => {
    // a seed comes through the process; a million rows of it, since a CSV of ten would only cost disk
    const lines = ['id,name'];
    for (let i = 1; i <= Math.min(rows, 1_000_000); i++) lines.push(`${i},name ${i}`);
    place.write('seeds/names.csv', '');
    writeFileSync(`${place.folder}/seeds/names.csv`, lines.join('\n'));
    place.write(
      'transforms/events.sql',
      `{{ config(materialized='table') }}\nselect i as id, i % 1000 as customer_id, i * 0.5 + {{ var('more', 0) }} as amount\nfrom generate_series(1, ${rows}) as i\n`,
    );
    place.write('transforms/named.sql', `select id, name from {{ ref('names') }}\n`);
    place.write(
      'transforms/models.yml',
      'models:\n  - name: events\n    columns:\n      - {name: id, data_tests: [unique, not_null]}\n      - {name: customer_id, data_tests: [{accepted_values: {arguments: {values: [-1]}, config: {severity: warn}}}]}\n',
    );
    const build = place.thau('build', '--store-failures').peak;
    place.thau('build', '--vars', '{more: 1}');
    const diff = place.thau('diff', 'events').peak;
    const show = median([1, 2, 3].map(() => place.thau('show', '-s', 'events', '--limit', '100').peak));
    return { build, diff, show };
  });
}
