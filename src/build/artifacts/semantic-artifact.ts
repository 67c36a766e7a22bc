import type { DeclaredNode, Manifest } from '../../project/manifest.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Metrics, semantic models and saved queries as dbt's manifest has them, whichever of dbt's ways of writing them the
 * project took.
 */
export function semanticArtifact(node: DeclaredNode, manifest: Manifest): Json {
  switch (node.resource_type) {
    case 'metric':
      return metric(node, manifest);
    case 'semantic_model':
      return semanticModel(node, manifest);
    case 'saved_query':
      return savedQuery(node);
  }
  return node;
}

function metric(node: DeclaredNode, manifest: Manifest): Json {
  const written = record(node['type_params']);
  const raw: Json = { ...node, ...written };
  const semantic = node.depends_on.nodes
    .map((id) => manifest.semantic_models[id])
    .find((one) => one !== undefined);
  const isSimple = (node['type'] ?? 'simple') === 'simple';
  const aggregated = isSimple && raw['agg'] !== undefined && semantic !== undefined;
  return {
    ...node,
    type: node['type'] ?? 'simple',
    label: node['label'] ?? node.name,
    filter: filters(node['filter']),
    time_granularity: node['time_granularity'] ?? null,
    type_params: {
      measure: measure(raw['measure']),
      input_measures: [],
      numerator: input(raw['numerator']),
      denominator: input(raw['denominator']),
      expr: text(raw['expr']),
      window: length(raw['window']),
      grain_to_date: raw['grain_to_date'] ?? null,
      metrics: list(raw['input_metrics'] ?? written['metrics']).flatMap((one) => input(one) ?? []),
      conversion_type_params: node['type'] === 'conversion' ? conversion(raw) : null,
      cumulative_type_params: node['type'] === 'cumulative' ? cumulative(raw) : null,
      metric_aggregation_params: aggregated
        ? {
            semantic_model: semantic.name,
            agg: raw['agg'],
            agg_params: raw['percentile'] === undefined ? null : percentile(raw),
            agg_time_dimension:
              raw['agg_time_dimension'] ?? record(semantic['defaults'])['agg_time_dimension'] ?? null,
            non_additive_dimension: raw['non_additive_dimension'] ?? null,
            expr: text(raw['expr']),
          }
        : null,
    },
    refs: [],
  };
}

function percentile(raw: Json): Json {
  return {
    percentile: raw['percentile'],
    use_discrete_percentile: raw['percentile_type'] === 'discrete',
    use_approximate_percentile: false,
  };
}

function cumulative(raw: Json): Json {
  const own = record(raw['cumulative_type_params']);
  return {
    window: length(own['window'] ?? raw['window']),
    grain_to_date: own['grain_to_date'] ?? raw['grain_to_date'] ?? null,
    period_agg: own['period_agg'] ?? raw['period_agg'] ?? 'first',
    metric: input(own['metric'] ?? raw['input_metric']),
  };
}

function conversion(raw: Json): Json {
  const own = { ...raw, ...record(raw['conversion_type_params']) };
  return {
    base_measure: measure(own['base_measure'] ?? own['base_metric']) ?? { name: '' },
    conversion_measure: measure(own['conversion_measure'] ?? own['conversion_metric']) ?? { name: '' },
    entity: own['entity'] ?? '',
    calculation: own['calculation'] ?? 'conversion_rate',
    window: length(own['window']),
    constant_properties: own['constant_properties'] ?? null,
  };
}

function semanticModel(node: DeclaredNode, manifest: Manifest): Json {
  const model = node.depends_on.nodes.map((id) => manifest.nodes[id]).find((one) => one !== undefined);
  const properties = record(node['properties']);
  const columns = list(properties['columns']).map(record);
  const part = (column: Json, key: 'entity' | 'dimension'): Json | undefined => {
    const value = column[key];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? { type: value } : record(value);
  };
  const entities = columns.flatMap((column) => {
    const entity = part(column, 'entity');
    return entity
      ? [
          {
            name: entity['name'] ?? column['name'],
            type: entity['type'],
            description: column['description'] ?? null,
            label: null,
            role: null,
            expr: column['name'],
            config: null,
          },
        ]
      : [];
  });
  const dimensions = columns.flatMap((column) => {
    const dimension = part(column, 'dimension');
    if (!dimension) return [];
    const granularity = column['granularity'];
    return [
      {
        name: dimension['name'] ?? column['name'],
        type: dimension['type'],
        description: column['description'] ?? null,
        label: dimension['label'] ?? null,
        is_partition: false,
        type_params:
          granularity === undefined ? null : { time_granularity: granularity, validity_params: null },
        expr: column['name'],
        metadata: null,
        config: null,
      },
    ];
  });
  return {
    ...node,
    node_relation: {
      alias: model?.alias ?? node.name,
      schema_name: model?.schema ?? '',
      database: model?.database ?? null,
      relation_name: model?.relation_name ?? null,
    },
    entities: node['entities'] ?? entities,
    measures: node['measures'] ?? [],
    dimensions: node['dimensions'] ?? dimensions,
    refs: node['refs'] ?? [],
  };
}

function savedQuery(node: DeclaredNode): Json {
  const params = record(node['query_params']);
  const exports = list(node['exports']).map((one) => {
    const { name, config } = record(one);
    const own = record(config);
    return {
      name,
      config: {
        export_as: own['export_as'] ?? 'table',
        schema_name: own['schema_name'] ?? own['schema'] ?? null,
        alias: own['alias'] ?? null,
        database: own['database'] ?? null,
      },
      unrendered_config: own,
    };
  });
  return {
    ...node,
    query_params: {
      metrics: list(params['metrics']),
      group_by: list(params['group_by']),
      where: filters(params['where']),
      order_by: list(params['order_by']),
      limit: params['limit'] ?? null,
    },
    exports,
  };
}

/** `a` or `{name: a, filter: …}`. */
function input(value: unknown): Json | null {
  if (value === undefined || value === null) return null;
  const raw = typeof value === 'string' ? { name: value } : record(value);
  return {
    name: raw['name'],
    filter: filters(raw['filter']),
    alias: raw['alias'] ?? null,
    offset_window: length(raw['offset_window']),
    offset_to_grain: raw['offset_to_grain'] ?? null,
  };
}

function measure(value: unknown): Json | null {
  if (value === undefined || value === null) return null;
  const raw = typeof value === 'string' ? { name: value } : record(value);
  return {
    name: raw['name'],
    filter: filters(raw['filter']),
    alias: raw['alias'] ?? null,
    join_to_timespine: raw['join_to_timespine'] ?? false,
    fill_nulls_with: raw['fill_nulls_with'] ?? null,
  };
}

function filters(value: unknown): Json | null {
  const all = typeof value === 'string' ? [value] : list(value);
  return all.length === 0 ? null : { where_filters: all.map((one) => ({ where_sql_template: String(one) })) };
}

/** `7 days` as `{count: 7, granularity: 'days'}`. */
function length(value: unknown): unknown {
  const match = typeof value === 'string' ? /^\s*(\d+)\s+(\w+)\s*$/.exec(value) : null;
  return match ? { count: Number(match[1]), granularity: match[2] } : (value ?? null);
}

function text(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
