import type { ConfigValues } from './merge-config.js';

/** The resource types with a config of dbt's making. */
export type ConfiguredType = 'model' | 'seed' | 'snapshot' | 'test' | 'analysis' | 'operation';

const common: ConfigValues = {
  enabled: true,
  alias: null,
  schema: null,
  database: null,
  tags: [],
  meta: {},
  group: null,
};

const relation: ConfigValues = {
  ...common,
  materialized: 'view',
  persist_docs: {},
  pre_hook: [],
  post_hook: [],
  quoting: {},
  column_types: {},
  full_refresh: null,
  unique_key: null,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  grants: {},
  packages: [],
  docs: { show: true, node_color: null },
  contract: { enforced: false, alias_types: true },
  event_time: null,
  lookback: 1,
};

const model: ConfigValues = {
  ...relation,
  incremental_strategy: null,
  batch_size: null,
  begin: null,
  concurrent_batches: null,
  access: 'protected',
  freshness: null,
};

/** What dbt takes where nobody says anything. */
export const defaultConfigs: Readonly<Record<ConfiguredType, ConfigValues>> = {
  model,
  seed: { ...relation, materialized: 'seed', delimiter: ',', quote_columns: null },
  snapshot: {
    ...relation,
    materialized: 'snapshot',
    strategy: null,
    target_schema: null,
    target_database: null,
    updated_at: null,
    check_cols: null,
    snapshot_meta_column_names: {},
    dbt_valid_to_current: null,
    hard_deletes: null,
  },
  test: {
    ...common,
    schema: 'dbt_test__audit',
    materialized: 'test',
    severity: 'ERROR',
    store_failures: null,
    store_failures_as: null,
    where: null,
    limit: null,
    fail_calc: 'count(*)',
    warn_if: '!= 0',
    error_if: '!= 0',
  },
  analysis: { ...relation },
  operation: { ...relation },
};
