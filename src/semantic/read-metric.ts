import { didYouMean } from '../errors/suggest.js';
import { grains, type Aggregation, type Metric, type MetricInput, type SemanticModel } from './definition.js';
import type { SemanticSource } from './read-semantics.js';
import { fault, list, record, text, type Problems } from './yaml-values.js';

const aggregations: readonly Aggregation[] = [
  'count',
  'count_distinct',
  'sum',
  'sum_boolean',
  'min',
  'max',
  'average',
  'median',
  'percentile',
];
const types = ['simple', 'ratio', 'derived', 'cumulative'];

/** One metric; what thau adds stands under `config.meta.thau`, where dbt leaves it alone. */
export function readMetric(
  yaml: Readonly<Record<string, unknown>>,
  source: SemanticSource,
  model: SemanticModel | undefined,
  problems: Problems,
): Metric | undefined {
  const name = text(yaml['name']);
  if (name === undefined || !/^[a-z_]\w*$/i.test(name)) {
    fault(problems, source, `a metric has no name that is a word: ${JSON.stringify(yaml['name'])}`);
    return undefined;
  }
  const config = record(yaml['config']);
  const thau = record(record(config['meta'] ?? yaml['meta'])['thau']);
  const interval = text(thau['interval']);
  const allowed = list(thau['grains']).flatMap((item) => {
    const grain = oneOf(item, grains, `a grain of metric "${name}"`, source, problems);
    return grain === undefined ? [] : [grain];
  });
  const base = {
    name,
    filters: readFilters(yaml['filter']),
    ...optional('label', text(yaml['label'])),
    ...optional('description', text(yaml['description'])),
    ...optional('unit', text(thau['unit'])),
    ...optional('owner', text(thau['owner']) ?? text(record(config['meta'])['owner']) ?? ownerOf(source)),
    ...optional('source', text(thau['source'])),
    ...optional('window', text(thau['window'])),
    ...(interval !== undefined && interval !== 'none' && { interval }),
    ...optional('formula', text(thau['formula'])),
    ...optional('leftOut', text(thau['left_out'])),
    ...(allowed.length > 0 && { grains: allowed }),
  };
  const type = oneOf(yaml['type'] ?? 'simple', types, `the type of metric "${name}"`, source, problems);
  switch (type) {
    case 'simple':
      return readSimple(yaml, base, source, model, problems);
    case 'ratio': {
      const [numerator] = readInputs(yaml['numerator']);
      const [denominator] = readInputs(yaml['denominator']);
      if (numerator && denominator) return { ...base, type: 'ratio', numerator, denominator };
      fault(problems, source, `ratio "${name}" lacks numerator or denominator`);
      return undefined;
    }
    case 'derived': {
      const expr = text(yaml['expr']);
      const inputs = readInputs(yaml['input_metrics'] ?? yaml['metrics']);
      if (expr !== undefined && inputs.length > 0) return { ...base, type: 'derived', expr, inputs };
      fault(problems, source, `derived metric "${name}" lacks expr or input_metrics`);
      return undefined;
    }
    case 'cumulative': {
      const [input] = readInputs(yaml['input_metric'] ?? yaml['measure']);
      if (!input) {
        fault(problems, source, `cumulative metric "${name}" lacks input_metric`);
        return undefined;
      }
      const trailing = text(yaml['window']);
      const grainToDate = oneOf(
        yaml['grain_to_date'],
        grains,
        `grain_to_date of "${name}"`,
        source,
        problems,
      );
      if (trailing !== undefined && !/^\d+ (minute|hour|day|week|month|quarter|year)s?$/.test(trailing)) {
        fault(
          problems,
          source,
          `the window of metric "${name}" is "${trailing}"`,
          'Write 7 days, or 1 month.',
        );
        return undefined;
      }
      return {
        ...base,
        type: 'cumulative',
        input,
        ...(trailing !== undefined && {
          trailing: trailing.replace(/^(\d+) quarters?$/, (_, n) => `${Number(n) * 3} months`),
        }),
        ...(grainToDate !== undefined && { grainToDate }),
      };
    }
    default:
      return undefined;
  }
}

function readSimple(
  yaml: Readonly<Record<string, unknown>>,
  base: Omit<Extract<Metric, { type: 'simple' }>, 'type' | 'model' | 'agg' | 'expr'>,
  source: SemanticSource,
  model: SemanticModel | undefined,
  problems: Problems,
): Metric | undefined {
  if (model === undefined) {
    if (source.model === undefined) {
      fault(
        problems,
        source,
        `simple metric "${base.name}" stands beneath no model`,
        'Write it under metrics: of the model whose rows it counts.',
      );
    }
    return undefined;
  }
  const agg = oneOf(yaml['agg'], aggregations, `agg of metric "${base.name}"`, source, problems);
  if (agg === undefined) {
    if (yaml['agg'] === undefined)
      fault(problems, source, `metric "${base.name}" lacks agg`, 'Write agg: sum.');
    return undefined;
  }
  const percentile = Number(yaml['percentile']);
  if (agg === 'percentile' && !(percentile >= 0 && percentile <= 1)) {
    fault(problems, source, `metric "${base.name}" is a percentile without percentile: 0…1`);
    return undefined;
  }
  const expr = text(yaml['expr']) ?? (agg === 'count' ? '1' : base.name);
  return {
    ...base,
    type: 'simple',
    model: model.name,
    agg,
    expr,
    ...(agg === 'percentile' && { percentile, discrete: yaml['percentile_type'] === 'discrete' }),
  };
}

function readInputs(value: unknown): readonly MetricInput[] {
  return list(value).flatMap((item): MetricInput[] => {
    const name = text(item) ?? text(record(item)['name']);
    if (name === undefined) return [];
    return [
      { name, alias: text(record(item)['alias']) ?? name, filters: readFilters(record(item)['filter']) },
    ];
  });
}

/** SQL, in which `{{ Dimension('order__status') }}` is the column. */
function readFilters(value: unknown): readonly string[] {
  return list(value).flatMap((item) => {
    const written = text(item);
    if (written === undefined) return [];
    return [
      written.replace(
        /\{\{\s*(?:Dimension|TimeDimension|Entity)\(\s*['"](?:\w+__)?(\w+)['"][^)]*\)\s*\}\}/g,
        (_, column: string) => column,
      ),
    ];
  });
}

function oneOf<T extends string>(
  value: unknown,
  allowed: readonly T[],
  what: string,
  source: SemanticSource,
  problems: Problems,
): T | undefined {
  if (value === undefined || value === null) return undefined;
  const found = allowed.find((item) => item === value);
  if (found === undefined) {
    const written = text(value) ?? JSON.stringify(value);
    fault(
      problems,
      source,
      `${what} is "${written}"`,
      didYouMean(written, allowed) ?? `Write one of: ${allowed.join(', ')}.`,
    );
  }
  return found;
}

const optional = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, string>);

/** Whoever answers for a model answers for what is counted of it. */
const ownerOf = ({ properties }: SemanticSource): string | undefined =>
  text(record(record(properties['config'])['meta'])['owner']) ?? text(record(properties['meta'])['owner']);
