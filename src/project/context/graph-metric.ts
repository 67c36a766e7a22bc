import type { DeclaredNode } from '../manifest.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A metric as macros that walk the `graph` find it under dbt: every parameter there, null where it was not written,
 * and a measure, a filter or a window given by its short form as the mapping it stands for.
 */
export function graphMetric(node: DeclaredNode): DeclaredNode {
  const written = node['type_params'];
  const params = isFields(written) ? written : {};
  const measure = inputOf(params['measure']);
  const cumulative = params['cumulative_type_params'];
  return {
    ...node,
    filter: filterOf(node['filter']),
    metadata: null,
    time_granularity: node['time_granularity'] ?? null,
    type_params: {
      ...params,
      measure,
      input_measures: measure === null ? [] : [measure],
      numerator: inputOf(params['numerator']),
      denominator: inputOf(params['denominator']),
      expr: params['expr'] ?? null,
      window: windowOf(params['window']),
      grain_to_date: params['grain_to_date'] ?? null,
      metrics: Array.isArray(params['metrics']) ? params['metrics'].map(inputOf) : [],
      conversion_type_params: params['conversion_type_params'] ?? null,
      cumulative_type_params: isFields(cumulative)
        ? {
            grain_to_date: null,
            period_agg: 'first',
            metric: null,
            ...cumulative,
            window: windowOf(cumulative['window']),
          }
        : null,
      metric_aggregation_params: null,
    },
  };
}

/** `revenue`, or `{name: revenue, filter: …}`. */
function inputOf(value: unknown): Fields | null {
  const given = typeof value === 'string' ? { name: value } : value;
  if (!isFields(given)) return null;
  return {
    alias: null,
    join_to_timespine: false,
    fill_nulls_with: null,
    ...given,
    filter: filterOf(given['filter']),
  };
}

function filterOf(value: unknown): Fields | null {
  const texts = (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (one) => typeof one === 'string',
  );
  return texts.length === 0
    ? null
    : { where_filters: texts.map((text) => ({ where_sql_template: text.replace(/\n$/, '') })) };
}

/** `30 days` is thirty of the grain `day`. */
function windowOf(value: unknown): Fields | null {
  if (isFields(value)) return value;
  const [, count, unit] = /^\s*(\d+)\s+(\w+?)s?\s*$/.exec(typeof value === 'string' ? value : '') ?? [];
  return unit === undefined ? null : { count: Number(count), granularity: unit };
}
