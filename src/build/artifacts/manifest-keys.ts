/** The keys that each resource has in dbt's manifest.json, v12; what thau keeps beside them stays thau's. */
const keys = (text: string): readonly string[] => text.trim().split(/\s+/);

const parsed =
  keys(`database schema name resource_type package_name path original_file_path unique_id fqn alias
  checksum config tags description columns meta group docs patch_path build_path unrendered_config created_at
  config_call_dict unrendered_config_call_dict relation_name raw_code doc_blocks`);

const compiled =
  keys(`${parsed.join(' ')} language refs sources metrics functions depends_on compiled_path compiled
  compiled_code extra_ctes_injected extra_ctes contract`);

const declared = 'name resource_type package_name path original_file_path unique_id fqn description';

/** By resource type. */
export const manifestKeys: Readonly<Record<string, readonly string[]>> = {
  seed: keys(`${parsed.join(' ')} root_path depends_on defer_relation`),
  analysis: compiled,
  sql_operation: compiled,
  operation: keys(`${compiled.join(' ')} index`),
  test: keys(`${compiled.join(' ')} column_name file_key_name attached_node test_metadata`),
  model: keys(`${compiled.join(' ')} access constraints version latest_version deprecation_date defer_relation
    primary_key time_spine`),
  snapshot: keys(`${compiled.join(' ')} defer_relation`),
  source:
    keys(`database schema name resource_type package_name path original_file_path unique_id fqn source_name
    source_description loader identifier quoting loaded_at_field loaded_at_query freshness external description
    columns meta source_meta tags config patch_path unrendered_config relation_name created_at doc_blocks`),
  macro:
    keys(`name resource_type package_name path original_file_path unique_id macro_sql depends_on description meta
    docs config patch_path arguments created_at supported_languages`),
  doc: keys('name resource_type package_name path original_file_path unique_id block_contents'),
  exposure:
    keys(`${declared} type owner label maturity meta tags config unrendered_config url depends_on refs sources
    metrics created_at`),
  metric:
    keys(`${declared} label type type_params filter metadata time_granularity meta tags config unrendered_config
    sources depends_on refs metrics created_at group`),
  group: keys('name resource_type package_name path original_file_path unique_id owner description config'),
  semantic_model:
    keys(`${declared} model node_relation label defaults entities measures dimensions metadata depends_on
    refs created_at config unrendered_config primary_entity group`),
  saved_query: keys(`${declared} query_params exports label metadata config unrendered_config group depends_on
    created_at refs tags`),
  unit_test:
    keys(`model given expect ${declared} overrides depends_on config checksum schema created_at versions
    version`),
};
