// A project of `count` models: chains of refs, configs, macros, and YAML with tests for each model.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function generateProject(folder, count) {
  rmSync(folder, { recursive: true, force: true });
  const write = (path, text) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(
    'dbt_project.yml',
    `name: bench\nversion: '1.0'\nconfig-version: 2\nprofile: bench\nvars: {cutoff: '2026-01-01'}\nmodels:\n  bench:\n    +materialized: view\n    area_1: {+tags: [first]}\n`,
  );
  write(
    'macros/money.sql',
    `{% macro cents_to_money(column) %}({{ column }} / 100.0)::numeric(12, 2){% endmacro %}\n{% macro clean(column) %}nullif(btrim({{ column }}), ''){% endmacro %}\n`,
  );
  const perFolder = 50;
  for (let start = 0; start < count; start += perFolder) {
    const area = `models/area_${start / perFolder}`;
    const entries = [];
    for (let n = start; n < Math.min(start + perFolder, count); n++) {
      write(`${area}/model_${n}.sql`, model(n));
      entries.push(properties(n));
    }
    write(`${area}/models.yml`, `version: 2\nmodels:\n${entries.join('')}`);
  }
  write('models/sources.yml', `version: 2\nsources:\n  - name: raw\n    tables: [{name: events}]\n`);
}

function model(n) {
  const parents = n < 10 ? [] : [n - 1 - (n % 7), Math.floor(n / 2)];
  const from = parents.length === 0 ? `{{ source('raw', 'events') }}` : `{{ ref('model_${parents[0]}') }}`;
  const config = n % 3 === 0 ? `{{ config(materialized='table', tags=['t${n % 5}']) }}\n\n` : '';
  const join = parents.length > 1 ? `left join {{ ref('model_${parents[1]}') }} as other using (id)\n` : '';
  return `${config}with base as (\n\n    select * from ${from}\n\n),\n\nfinal as (\n\n    select\n        base.id,\n        {{ clean('base.name') }} as name,\n        {{ cents_to_money('base.amount') }} as amount,\n        {% for part in ['day', 'week', 'month'] %}\n        date_trunc('{{ part }}', base.created_at) as created_{{ part }}{{ ',' if not loop.last }}\n        {% endfor %}\n    from base\n    ${join}    where base.created_at >= '{{ var("cutoff") }}'\n\n)\n\nselect * from final\n`;
}

function properties(n) {
  return `  - name: model_${n}\n    description: "One row per thing ${n}."\n    config: {meta: {owner: team_${n % 4}}}\n    columns:\n      - name: id\n        description: The key.\n        data_tests: [unique, not_null]\n      - name: name\n        description: What it is called.\n      - name: amount\n        description: In money.\n        data_tests:\n          - accepted_values: {arguments: {values: ['a', 'b', 'c']}}\n`;
}
