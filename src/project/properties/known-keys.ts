/** The keys each mapping of a properties file may have: dbt 2's, and the places dbt 1 knew them at. */
const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const sectionKeys =
  set(`version models seeds snapshots sources macros data_tests tests unit_tests exposures
  groups semantic_models metrics saved_queries analyses functions anchors`);

export const modelKeys =
  set(`name description columns config constraints data_tests tests docs access group meta tags
  latest_version versions deprecation_date time_spine semantic_model agg_time_dimension primary_entity
  derived_semantics metrics identifier static_analysis_off_reason freshness contract`);

export const seedKeys = set(
  `name description columns config data_tests tests docs meta tags static_analysis_off_reason`,
);

export const snapshotKeys = set(`name description columns config data_tests tests docs meta tags relation
  static_analysis_off_reason`);

export const analysisKeys = set(`name description columns config docs meta tags static_analysis_off_reason`);

export const macroKeys = set(`name description arguments docs meta config`);

export const singularTestKeys = set(`name description config meta tags docs static_analysis_off_reason`);

export const columnKeys = set(`name description data_type quote meta tags constraints config data_tests tests
  dimension entity granularity policy_tags column_mask databricks_tags docs`);

export const sourceKeys = set(`name description database catalog schema config loader quoting tables meta tags
  freshness loaded_at_field loaded_at_query overrides data_tests tests`);

export const tableKeys =
  set(`name description columns config data_tests tests external identifier loader quoting meta
  tags freshness loaded_at_field loaded_at_query docs`);

export const versionKeys =
  set(`v config columns description constraints defined_in data_tests tests access docs
  deprecation_date latest_version`);

export const exposureKeys = set(
  `name label type maturity owner description url depends_on config meta tags enabled`,
);

export const groupKeys = set(`name owner description config meta`);

export const unitTestKeys = set(`name description model given expect overrides versions config fixture
  static_analysis_off_reason tags meta`);

export const metricKeys =
  set(`name label description type type_params filter agg agg_time_dimension base_metric
  calculation config constant_properties conversion_metric denominator entity expr fill_nulls_with grain_to_date hidden
  input_metric input_metrics join_to_timespine non_additive_dimension numerator percentile percentile_type period_agg
  time_granularity window meta tags group enabled cumulative_type_params`);

export const semanticModelKeys =
  set(`name label description model defaults entities measures dimensions primary_entity
  config meta tags group enabled`);

export const savedQueryKeys = set(`name label description query_params exports config meta tags group`);
