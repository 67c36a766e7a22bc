// A project over the benchmark's tables whose every build with another `pulse` publishes a generation in which three of
// seven tables are others: values, names and members change, the large ones are carried on.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const models = {
  customers: [
    `select id, name, email, phone, city, created_at, lifetime_value + {{ var('pulse') }} as lifetime_value, churn_risk, nps from app.customers`,
    'id',
  ],
  orders: ['select * from app.orders', 'id', 'customer_id, ordered_at, id'],
  touchpoints: ['select * from app.touchpoints', 'id', 'customer_id, occurred_at, id'],
  segments: [`select id, key, name || ' {{ var("pulse") }}' as name from app.segments`, 'id'],
  segment_members: [
    'select * from app.segment_members',
    'segment_id, customer_id',
    'customer_id',
    'segment_id, ltv, customer_id',
  ],
  scores: ['select * from app.scores', 'customer_id, name'],
  metric_daily: [
    `select metric, day, dim, dim_value, value + {{ var('pulse') }} as value from app.metric_daily`,
    'metric, dim, day, dim_value',
  ],
};

/** Writes it into an empty folder. The schema is the benchmark's; what no test proves to be there may be null. */
export function writeSoakProject(folder) {
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(
    'dbt_project.yml',
    `name: soak\nversion: '1.0'\nmodel-paths: [transforms]\nvars:\n  pulse: 0\nmodels:\n  soak:\n    +materialized: table\n    +schema: soak\n`,
  );
  for (const [name, [text, ...indexes]] of Object.entries(models)) {
    const listed = indexes.map(
      (columns, index) =>
        `{'columns': [${columns
          .split(', ')
          .map((column) => `'${column}'`)
          .join(', ')}], 'unique': ${index === 0 ? 'true' : 'false'}}`,
    );
    write(`transforms/${name}.sql`, `{{ config(indexes=[${listed.join(', ')}]) }}\n${text}\n`);
  }
  const schema = readFileSync(`${import.meta.dirname}/project/schema.graphql`, 'utf8');
  write('schema/schema.graphql', schema.replace(/^( {2}\w+: (?!ID)\w+)!$/gm, '$1'));
}
