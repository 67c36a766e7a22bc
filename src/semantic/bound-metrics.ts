import type { Metric, SemanticDefinitions } from './definition.js';
import { metricRowsSql } from './metric-rows-sql.js';
import { inputsOf } from './read-semantics.js';

/** The artifact of kind `metrics`: what the schema binds, the planner computes from, and the catalog shows. */
export interface MetricsArtifact {
  readonly dimensions: readonly RowDimension[];
  readonly definitions: SemanticDefinitions;
  readonly catalog: readonly MetricEntry[];
}

/** A dimension as a field of MetricRow. */
export interface RowDimension {
  readonly name: string;
  readonly field: string;
  readonly type: 'String' | 'Boolean' | 'Int' | 'Float' | 'Date' | 'DateTime' | 'Decimal' | 'BigInt';
}

/** A metric as `metricCatalog` shows it. */
export interface MetricEntry {
  readonly name: string;
  readonly label: string | null;
  readonly description: string | null;
  readonly type: string;
  readonly formula: string;
  readonly unit: string | null;
  readonly interval: string | null;
  readonly window: string;
  readonly leftOut: string | null;
  readonly owner: string | null;
  readonly source: string | null;
  readonly model: string | null;
  /** All models its rows come from. */
  readonly models: readonly string[];
  /** Metrics it is computed of. */
  readonly inputs: readonly string[];
  readonly sql: string;
  readonly grains: readonly string[];
  readonly dimensions: readonly string[];
}

/** Fields every MetricRow has; a dimension of such a name is called `<name>Dimension`. */
const taken = ['metric', 'period', 'value', 'lower', 'upper', 'n', 'previous'];

export function boundMetrics(definitions: SemanticDefinitions): MetricsArtifact {
  const dimensions = new Map<string, RowDimension>();
  for (const model of definitions.models) {
    for (const { name, type } of model.dimensions) {
      const field = camelCase(name);
      const scalar = scalarOf(type);
      const before = dimensions.get(name);
      // two models may hold it in different types; as text both can show it
      const agreed = before && before.type !== scalar ? 'String' : scalar;
      dimensions.set(name, {
        name,
        field: taken.includes(field) ? `${field}Dimension` : field,
        type: agreed,
      });
    }
  }
  return {
    dimensions: [...dimensions.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    definitions,
    catalog: definitions.metrics.map((metric) => entry(definitions, metric)),
  };
}

function entry(definitions: SemanticDefinitions, metric: Metric): MetricEntry {
  const models = modelsOf(definitions, metric);
  const shared = definitions.models
    .filter((model) => models.includes(model.name))
    .map((model) => model.dimensions.map((item) => item.name));
  const dimensions = (shared[0] ?? []).filter((name) => shared.every((names) => names.includes(name)));
  const knowsHours = definitions.models.every(
    (model) => model.timeType !== 'date' || !models.includes(model.name),
  );
  const grains = metric.grains ?? [
    ...(knowsHours ? ['hour'] : []),
    'day',
    'week',
    'month',
    'quarter',
    'year',
  ];
  return {
    name: metric.name,
    label: metric.label ?? null,
    description: metric.description ?? null,
    type: metric.type,
    formula: metric.formula ?? formulaOf(metric),
    unit: metric.unit ?? null,
    interval: metric.interval ?? null,
    window: metric.window ?? windowOf(metric),
    leftOut: metric.leftOut ?? null,
    owner: metric.owner ?? null,
    source: metric.source ?? null,
    model: models[0] ?? null,
    models,
    inputs: metric.type === 'simple' ? [] : inputsOf(metric),
    sql: metricRowsSql(definitions, {
      names: [metric.name],
      grain: grains.includes('day') ? 'day' : (metric.grains?.[0] ?? 'month'),
      by: [],
      range: {},
      filters: new Map(),
      timezone: 'UTC',
      relation: (model) => ({ from: model, where: [] }),
    }),
    grains,
    dimensions,
  };
}

/** The models a metric's rows come from. */
export function modelsOf(definitions: SemanticDefinitions, metric: Metric): readonly string[] {
  if (metric.type === 'simple') return [metric.model];
  const inputs = inputsOf(metric).flatMap((name) => {
    const input = definitions.metrics.find((item) => item.name === name);
    return input ? modelsOf(definitions, input) : [];
  });
  return [...new Set(inputs)];
}

function formulaOf(metric: Metric): string {
  const kept = metric.filters.length === 0 ? '' : ` where ${metric.filters.join(' and ')}`;
  switch (metric.type) {
    case 'simple':
      return `${metric.agg === 'percentile' ? `percentile ${metric.percentile ?? 0.5} of ` : `${metric.agg} of `}${metric.expr}${kept}`;
    case 'ratio':
      return `${metric.numerator.name} / ${metric.denominator.name}${kept}`;
    case 'derived':
      return `${metric.expr}${kept}`;
    case 'cumulative':
      return `${metric.input.name} over ${metric.trailing ?? (metric.grainToDate ? `the ${metric.grainToDate} to date` : 'all time')}${kept}`;
  }
}

/** What a value covers where the project does not say. */
function windowOf(metric: Metric): string {
  if (metric.type !== 'cumulative') return 'the period';
  return metric.trailing ?? (metric.grainToDate ? `${metric.grainToDate} to date` : 'all time');
}

const camelCase = (name: string): string =>
  name.replace(/_+([a-z0-9])?/gi, (_, next: string | undefined) => (next ?? '').toUpperCase());

function scalarOf(type: string): RowDimension['type'] {
  const bare = type.replace(/\([^)]*\)/, '').trim();
  if (bare === 'boolean') return 'Boolean';
  if (bare === 'smallint' || bare === 'integer') return 'Int';
  if (bare === 'bigint') return 'BigInt';
  if (bare === 'numeric') return 'Decimal';
  if (bare === 'real' || bare === 'double precision') return 'Float';
  if (bare === 'date') return 'Date';
  return bare.startsWith('timestamp') ? 'DateTime' : 'String';
}
