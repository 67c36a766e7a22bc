/** A dbt project with every option of incremental models and snapshots. */
export function projectFiles(now) {
  const files = {
    'dbt_project.yml':
      'name: shop\nprofile: shop\nversion: "1.0"\nmodel-paths: [models]\nsnapshot-paths: [snapshots]\nvars: {step: 1}\nflags: {send_anonymous_usage_stats: false}\n',
    'thau.yml': 'runs:\n  publish: healthy\n',
    'models/sources.yml': `sources:
  - name: raw
    tables:
      - name: people
      - name: delta
      - name: events
        config: {event_time: at}
`,
  };
  const model = (name, config, sql) => {
    files[`models/${name}.sql`] = `{{ config(materialized='incremental', ${config}) }}\n${sql}\n`;
  };
  const delta = `select id, part, amount, city from {{ source('raw', 'delta') }}`;
  const strategies = {
    append: '',
    default_key: `unique_key='id'`,
    delete_insert: `incremental_strategy='delete+insert', unique_key='id'`,
    delete_insert_list: `incremental_strategy='delete+insert', unique_key=['id', 'part']`,
    delete_insert_twice: `incremental_strategy='delete+insert', unique_key='part'`,
    delete_insert_predicates: `incremental_strategy='delete+insert', unique_key='id', incremental_predicates=['part < 2', 'amount > 100']`,
    merge: `incremental_strategy='merge', unique_key='id'`,
    merge_list: `incremental_strategy='merge', unique_key=['id', 'part']`,
    merge_update: `incremental_strategy='merge', unique_key='id', merge_update_columns=['amount']`,
    merge_exclude: `incremental_strategy='merge', unique_key='id', merge_exclude_columns=['city', 'part']`,
    merge_predicates: `incremental_strategy='merge', unique_key='id', incremental_predicates=['DBT_INTERNAL_DEST.part < 2']`,
  };
  for (const [name, config] of Object.entries(strategies)) model(name, config, delta);
  // columns come (step 3), go (step 5), change their type (step 4), get longer (each step), and change places (step 6)
  const moving = `select id, {% if var('step') >= 6 %} city::varchar({{ 6 + var('step') }}) as city, part, {% else %} part, city::varchar({{ 6 + var('step') }}) as city, {% endif %}
    {% if var('step') >= 4 %} amount::numeric(12, 2) as amount {% else %} amount {% endif %}
    {% if var('step') >= 3 %}, amount * 2 as twice {% endif %}
    {% if var('step') < 5 %}, part + 1 as next_part {% endif %}
    from {{ source('raw', 'delta') }}`;
  for (const how of ['append_new_columns', 'sync_all_columns', 'fail']) {
    for (const [kind, config] of Object.entries({
      keyless: '',
      key: `unique_key='id'`,
      merge: `incremental_strategy='merge', unique_key='id'`,
    })) {
      const comma = config === '' ? '' : `${config}, `;
      model(`schema_${how}_${kind}`, `${comma}on_schema_change='${how}'`, moving);
    }
  }
  // ignore leaves new columns out; a column that is gone fails in both
  model(
    'schema_ignore',
    `unique_key='id'`,
    moving.replace(/\{% if var\('step'\) < 5 %\}(.*?)\{% endif %\}/, '$1'),
  );
  model(
    'this_max',
    '',
    `select id, part, amount, city from {{ source('raw', 'delta') }} {% if is_incremental() %} where id > (select coalesce(max(id), -1) from {{ this }}) {% endif %}`,
  );
  const begin = new Date(now.getTime() - 3 * 86_400_000).toISOString().slice(0, 10);
  for (const [size, lookback] of [
    ['day', 1],
    ['day', 3],
    ['hour', 5],
    ['month', 0],
  ]) {
    model(
      `batches_${size}_${lookback}`,
      `incremental_strategy='microbatch', unique_key='id', event_time='at', begin='${begin}', batch_size='${size}', lookback=${lookback}`,
      `select id, at, amount, '{{ model.batch.id }}' as batch, '{{ model.batch.event_time_start }}' as starts from {{ source('raw', 'events') }}`,
    );
  }
  const snapshots = {
    timestamp: `strategy='timestamp', updated_at='updated_at'`,
    check_list: `strategy='check', check_cols=['city', 'visits']`,
    check_all: `strategy='check', check_cols='all'`,
    check_updated: `strategy='check', check_cols=['city'], updated_at='updated_at'`,
  };
  for (const [name, config] of Object.entries(snapshots)) {
    for (const [deletes, more] of Object.entries({
      ignore: `hard_deletes='ignore'`,
      invalidate: `hard_deletes='invalidate'`,
      new_record: `hard_deletes='new_record'`,
      invalidate_old: `invalidate_hard_deletes=true`,
    })) {
      const full = `snap_${name}_${deletes}`;
      files[`snapshots/${full}.sql`] =
        `{% snapshot ${full} %}{{ config(unique_key='id', ${config}, ${more}) }} select * from {{ source('raw', 'people') }} {% endsnapshot %}\n`;
    }
  }
  const extra = {
    snap_timestamp_list: `unique_key=['id', 'part'], strategy='timestamp', updated_at='updated_at', hard_deletes='invalidate'`,
    snap_check_list_key_new_record: `unique_key=['id', 'part'], strategy='check', check_cols='all', hard_deletes='new_record'`,
    snap_timestamp_far: `unique_key='id', strategy='timestamp', updated_at='updated_at', dbt_valid_to_current="to_date('9999-12-31', 'YYYY-MM-DD')", hard_deletes='invalidate'`,
    snap_check_far_new_record: `unique_key='id', strategy='check', check_cols=['city'], dbt_valid_to_current="to_date('9999-12-31', 'YYYY-MM-DD')", hard_deletes='new_record'`,
    snap_timestamp_names: `unique_key='id', strategy='timestamp', updated_at='updated_at', snapshot_meta_column_names={'dbt_valid_from': 'since', 'dbt_valid_to': 'until', 'dbt_scd_id': 'state_id', 'dbt_updated_at': 'seen'}`,
    snap_timestamp_new_record_names: `unique_key='id', strategy='timestamp', updated_at='updated_at', hard_deletes='new_record', snapshot_meta_column_names={'dbt_valid_from': 'since', 'dbt_valid_to': 'until', 'dbt_scd_id': 'state_scd_id', 'dbt_is_deleted': 'gone'}`,
  };
  for (const [name, config] of Object.entries(extra)) {
    files[`snapshots/${name}.sql`] =
      `{% snapshot ${name} %}{{ config(${config}) }} select * from {{ source('raw', 'people') }} {% endsnapshot %}\n`;
  }
  // a history whose source gains columns and longer text
  files['snapshots/snap_check_columns.sql'] =
    `{% snapshot snap_check_columns %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select id, city::varchar({{ 8 + var('step') }}) as city {% if var('step') >= 3 %}, visits {% endif %} from {{ source('raw', 'people') }} {% endsnapshot %}\n`;
  files['snapshots/snapshots.yml'] = `snapshots:
  - name: snap_yaml_timestamp
    relation: source('raw', 'people')
    config: {unique_key: id, strategy: timestamp, updated_at: updated_at, hard_deletes: invalidate}
  - name: snap_yaml_check_new_record
    relation: source('raw', 'people')
    config: {unique_key: [id, part], strategy: check, check_cols: [city, visits], hard_deletes: new_record}
`;
  return files;
}
