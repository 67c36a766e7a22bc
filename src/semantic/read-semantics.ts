import type { ThauError } from '../errors/thau-error.js';
import { didYouMean } from '../errors/suggest.js';
import type { Dimension, Metric, SemanticDefinitions, SemanticModel } from './definition.js';
import { fault, list, record, text, type Problems } from './yaml-values.js';
import { readMetric } from './read-metric.js';

/** What one YAML file says of a model, or of metrics over several models. */
export interface SemanticSource {
  /** Relative to the project, for errors. */
  readonly file: string;
  /** The model's name; absent for metrics that stand at the top of a file. */
  readonly model?: string;
  /** The model's properties as YAML wrote them, or `{metrics: […]}`. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Columns of the published relation with PostgreSQL's types. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * Reads dbt's semantic layer as its newest YAML spells it: `semantic_model: true`, `agg_time_dimension`, dimensions on
 * columns, metrics beneath the model. https://docs.getdbt.com/docs/build/semantic-models
 */
export function readSemantics(
  sources: readonly SemanticSource[],
  /** Metrics that are declared, though their model may not be published yet: what needs them waits without a word. */
  declared: ReadonlySet<unknown> = new Set(),
): {
  readonly definitions: SemanticDefinitions;
  readonly errors: readonly ThauError[];
} {
  const problems: Problems = [];
  const models: SemanticModel[] = [];
  const metrics: Metric[] = [];
  for (const source of sources) {
    const isModel = source.model !== undefined && isSemantic(source.properties);
    const model = isModel ? readModel(source, problems) : undefined;
    if (model) models.push(model);
    if (source.model !== undefined && !isModel) continue;
    for (const item of list(source.properties['metrics'])) {
      const metric = readMetric(record(item), source, model, problems);
      if (metric === undefined) continue;
      if (metrics.some(({ name }) => name === metric.name)) {
        fault(problems, source, `two metrics are named "${metric.name}"`, 'Rename one of them.');
      } else metrics.push(metric);
    }
  }
  const known = metrics.filter((metric) => holdInputs(metric, metrics, sources[0], problems, declared));
  return { definitions: { models, metrics: known }, errors: problems };
}

const isSemantic = (properties: Readonly<Record<string, unknown>>): boolean => {
  const declared = properties['semantic_model'];
  return (
    declared === true ||
    (typeof declared === 'object' && declared !== null && record(declared)['enabled'] !== false)
  );
};

function readModel(source: SemanticSource, problems: Problems): SemanticModel | undefined {
  const { properties, columns } = source;
  const name = source.model ?? '';
  const dimensions: Dimension[] = [];
  for (const item of list(properties['columns'])) {
    const column = record(item);
    const columnName = text(column['name']) ?? '';
    const declared = column['dimension'];
    if (declared === undefined || declared === null || declared === false) continue;
    if (!Object.hasOwn(columns, columnName)) {
      fault(
        problems,
        source,
        `dimension "${columnName}" of model "${name}" is no column of it`,
        didYouMean(columnName, Object.keys(columns)) ?? 'Name a column of the model.',
      );
      continue;
    }
    const spelled = typeof declared === 'object' ? record(declared) : {};
    dimensions.push({
      name: text(spelled['name']) ?? columnName,
      expr: columnName,
      type: columns[columnName] ?? 'text',
    });
  }
  for (const item of list(record(properties['derived_semantics'])['dimensions'])) {
    const derived = record(item);
    const derivedName = text(derived['name']);
    const expr = text(derived['expr']);
    if (derivedName !== undefined && expr !== undefined) {
      dimensions.push({ name: derivedName, expr, type: text(derived['data_type']) ?? 'text' });
    }
  }
  const time = text(properties['agg_time_dimension']);
  const timeColumn = dimensions.find((item) => item.name === time)?.expr ?? time;
  const timeType = timeColumn === undefined ? undefined : columns[timeColumn];
  if (timeColumn === undefined || !isTime(timeType)) {
    fault(
      problems,
      source,
      time === undefined
        ? `semantic model "${name}" does not say when its rows happened`
        : `agg_time_dimension "${time}" of model "${name}" is no column of a time type`,
      (time === undefined ? undefined : didYouMean(time, Object.keys(columns))) ??
        'Add agg_time_dimension: <a column of type timestamptz or date>.',
    );
    return undefined;
  }
  return {
    name,
    time: timeColumn,
    timeType,
    // the time itself is cut by the grain
    dimensions: dimensions.filter((item) => item.expr !== timeColumn),
  };
}

const isTime = (type: string | undefined): type is SemanticModel['timeType'] =>
  type === 'timestamp with time zone' || type === 'timestamp without time zone' || type === 'date';

/** A metric's inputs must exist and must not lead back to it. */
function holdInputs(
  metric: Metric,
  all: readonly Metric[],
  source: SemanticSource | undefined,
  problems: Problems,
  declared: ReadonlySet<unknown>,
): boolean {
  const walk = (name: string, path: readonly string[]): string | undefined => {
    if (path.includes(name))
      return `metric "${metric.name}" is computed from itself: ${[...path, name].join(' → ')}`;
    const found = all.find((item) => item.name === name);
    if (!found) return `metric "${path.at(-1) ?? ''}" is computed from "${name}", which no file declares`;
    for (const input of inputsOf(found)) {
      const wrong = walk(input, [...path, name]);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
  const wrong = walk(metric.name, []);
  if (wrong === undefined) return true;
  const missing = /from "([^"]+)", which/.exec(wrong)?.[1];
  if (missing !== undefined && declared.has(missing)) return false;
  const hint =
    missing === undefined
      ? undefined
      : didYouMean(
          missing,
          all.map((item) => item.name).filter((name) => name !== metric.name),
        );
  if (!problems.some((problem) => problem.message === wrong)) fault(problems, source, wrong, hint);
  return false;
}

/** Names of the metrics that one is computed from. */
export function inputsOf(metric: Metric): readonly string[] {
  switch (metric.type) {
    case 'simple':
      return [];
    case 'ratio':
      return [metric.numerator.name, metric.denominator.name];
    case 'derived':
      return metric.inputs.map((input) => input.name);
    case 'cumulative':
      return [metric.input.name];
  }
}
