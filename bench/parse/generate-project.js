// A project of `count` models in four folders: sources, chains of refs, configs, macros, and YAML with descriptions, generic
// tests of dbt's and of its own, for each model.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const areas = ['staging', 'unified', 'metrics', 'segments'];

export function generateProject(folder, count) {
  rmSync(folder, { recursive: true, force: true });
  const write = (path, text) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(
    'dbt_project.yml',
    `name: bench
version: '1.0'
config-version: 2
profile: bench
vars: {cutoff: '2026-01-01'}
models:
  bench:
    +materialized: view
    staging: {+schema: staging, +tags: [first]}
    metrics: {+materialized: table}
`,
  );
  write(
    'profiles.yml',
    'bench: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: u, password: p, dbname: d, schema: s, threads: 2}}}\n',
  );
  write(
    'macros/money.sql',
    `{% macro cents_to_money(column) %}({{ column }} / 100.0)::numeric(12, 2){% endmacro %}
{% macro clean(column) %}nullif(btrim({{ column }}), ''){% endmacro %}
{% macro periods() %}{{ return(['day', 'week', 'month']) }}{% endmacro %}
`,
  );
  write(
    'tests/generic/positive.sql',
    '{% test positive(model, column_name) %}select 1 from {{ model }} where {{ column_name }} < 0{% endtest %}\n',
  );
  const perFolder = 50;
  for (let start = 0; start < count; start += perFolder) {
    const group = start / perFolder;
    const path = `models/${areas[group % areas.length]}/group_${group}`;
    const entries = [];
    for (let n = start; n < Math.min(start + perFolder, count); n++) {
      write(`${path}/model_${n}.sql`, model(n));
      entries.push(properties(n));
    }
    write(`${path}/models.yml`, `version: 2\nmodels:\n${entries.join('')}`);
  }
  const tables = Array.from(
    { length: 20 },
    (_, n) => `      - {name: events_${n}, columns: [{name: id, data_tests: [not_null]}]}\n`,
  );
  write('models/sources.yml', `version: 2\nsources:\n  - name: raw\n    tables:\n${tables.join('')}`);
}

function model(n) {
  const parents = n < 10 ? [] : [n - 1 - (n % 7), Math.floor(n / 2)];
  const from =
    parents.length === 0 ? `{{ source('raw', 'events_${n}') }}` : `{{ ref('model_${parents[0]}') }}`;
  const config = n % 3 === 0 ? `{{ config(materialized='table', tags=['t${n % 5}']) }}\n\n` : '';
  const join = parents.length > 1 ? `left join {{ ref('model_${parents[1]}') }} as other using (id)\n` : '';
  return `${config}with base as (

    select * from ${from}

),

final as (

    select
        base.id,
        {{ clean('base.name') }} as name,
        {{ cents_to_money('base.amount') }} as amount,
        {% for part in periods() %}
        date_trunc('{{ part }}', base.created_at) as created_{{ part }}{{ ',' if not loop.last }}
        {% endfor %}
    from base
    ${join}    where base.created_at >= '{{ var("cutoff") }}'

)

select * from final
`;
}

function properties(n) {
  return `  - name: model_${n}
    description: "One row per thing ${n}."
    config: {meta: {owner: team_${n % 4}}}
    columns:
      - name: id
        description: The key.
        data_tests: [unique, not_null]
      - name: name
        description: >
          What it is called,
          in full.
      - name: amount
        description: In money.
        data_tests:
${n % 2 === 0 ? '          - positive\n' : "          - accepted_values: {arguments: {values: ['a', 'b', 'c']}}\n"}`;
}
