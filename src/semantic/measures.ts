import { ThauError } from '../errors/thau-error.js';
import type { DeclaredItem, DeclaredSemantics, TypedRelation } from './metrics-artifact.js';
import type { SemanticSource } from './read-semantics.js';
import { list, record, text } from './yaml-values.js';

type Fields = Readonly<Record<string, unknown>>;

/** A semantic model of dbt's older YAML: measures and dimensions beside the model, `model: ref('orders')`. */
interface MeasuredModel {
  readonly file: string;
  readonly model: string;
  readonly fields: Fields;
  readonly columns: Readonly<Record<string, string>>;
  readonly measures: ReadonlyMap<string, Fields>;
}

/** A metric as dbt's older YAML says it, under `type_params`. */
export const isMeasured = (metric: Fields): boolean => Object.keys(record(metric['type_params'])).length > 0;

/**
 * dbt's older semantic YAML (`semantic_models:` with `measures:`, metrics with `type_params:`) in the words of the newer
 * one, which is what thau computes from. What dbt accepts there and thau cannot compute is left out and told, since it is
 * no reason not to build the project.
 * https://docs.getdbt.com/docs/build/measures
 */
export function measuredSources(
  declared: DeclaredSemantics,
  relations: ReadonlyMap<string, TypedRelation>,
): { readonly sources: readonly SemanticSource[]; readonly left: readonly ThauError[] } {
  const left: ThauError[] = [];
  const leave = (file: string, message: string): void => {
    left.push(new ThauError('SEMANTIC_INVALID', message, { at: { file } }));
  };
  const models = Object.values(declared.semantic_models).flatMap((item) => measuredModel(item, relations));
  const metrics = Object.values(declared.metrics).filter(isMeasured);
  const written = new Map<MeasuredModel, Fields[]>(models.map((model) => [model, []]));
  const alone: SemanticSource[] = [];
  const names = new Set(metrics.map((metric) => text(metric['name'])));
  const known = new Set(
    Object.values(declared.semantic_models).flatMap((item) =>
      list(item['measures']).map((measure) => text(record(measure)['name'])),
    ),
  );
  const home = (measure: string): MeasuredModel | undefined =>
    models.find(({ measures }) => measures.has(measure));

  const addSimple = (metric: Fields, use: Fields, file: string): boolean => {
    const measure = text(use['name']) ?? '';
    const model = home(measure);
    const fields = model?.measures.get(measure);
    if (!model || !fields) {
      // a measure of a model that is not published yet waits without a word
      if (!known.has(measure))
        leave(file, `metric "${text(metric['name']) ?? ''}" counts "${measure}", which is no measure`);
      return false;
    }
    if (fields['non_additive_dimension'] !== undefined) {
      leave(
        file,
        `metric "${text(metric['name']) ?? ''}" counts a measure that cannot be added up over time`,
      );
      return false;
    }
    const params = record(fields['agg_params']);
    written.get(model)?.push({
      ...shared(metric),
      type: 'simple',
      agg: fields['agg'],
      expr: fields['expr'] ?? measure,
      filter: [...list(metric['filter']), ...list(use['filter'])],
      ...(params['percentile'] !== undefined && {
        percentile: params['percentile'],
        percentile_type: params['use_discrete_percentile'] === true ? 'discrete' : 'continuous',
      }),
    });
    return true;
  };

  for (const metric of metrics) {
    const file = metric.original_file_path;
    const params = record(metric['type_params']);
    const type = text(metric['type']) ?? 'simple';
    if (type === 'simple') addSimple(metric, measureOf(params['measure']), file);
    else if (type === 'conversion') {
      leave(file, `metric "${text(metric['name']) ?? ''}" is a conversion, which thau does not compute`);
    } else {
      const use = measureOf(params['measure']);
      const counted = text(use['name']);
      // a window runs over a metric; a measure that none is named after gets one
      if (counted !== undefined && !names.has(counted)) {
        if (!addSimple({ name: counted }, use, file)) continue;
        names.add(counted);
      }
      const cumulative = record(params['cumulative_type_params']);
      alone.push({
        file,
        columns: {},
        properties: {
          metrics: [
            {
              ...shared(metric),
              type,
              filter: metric['filter'],
              expr: params['expr'],
              input_metrics: params['metrics'],
              numerator: params['numerator'],
              denominator: params['denominator'],
              input_metric: counted,
              window: windowOf(params['window'] ?? cumulative['window']),
              grain_to_date: params['grain_to_date'] ?? cumulative['grain_to_date'],
            },
          ],
        },
      });
    }
  }
  const sources = models.flatMap((model) => {
    const own = written.get(model) ?? [];
    for (const [name, measure] of model.measures) {
      if (measure['create_metric'] === true && !names.has(name)) {
        own.push({ ...shared(measure), type: 'simple', agg: measure['agg'], expr: measure['expr'] ?? name });
      }
    }
    return own.length === 0 ? [] : [sourceOf(model, own)];
  });
  return { sources: [...sources, ...alone], left };
}

function measuredModel(
  item: DeclaredItem,
  relations: ReadonlyMap<string, TypedRelation>,
): readonly MeasuredModel[] {
  const measures = list(item['measures']).map(record);
  // ref('orders'), ref('package', 'orders')
  const model = [...(text(item['model']) ?? '').matchAll(/['"]([^'"]+)['"]/g)].at(-1)?.[1];
  const relation = model === undefined ? undefined : relations.get(model);
  if (model === undefined || relation === undefined || measures.length === 0) return [];
  return [
    {
      file: item.original_file_path,
      model,
      fields: item,
      columns: Object.fromEntries(
        relation.columns.map((column) => [column.name, column.type.replace(/\(\d+\)/, '')]),
      ),
      measures: new Map(measures.map((measure) => [text(measure['name']) ?? '', measure])),
    },
  ];
}

/** The model with its dimensions and metrics as the newer YAML would have them. */
function sourceOf(
  { file, model, fields, columns }: MeasuredModel,
  metrics: readonly Fields[],
): SemanticSource {
  const dimensions = list(fields['dimensions']).map(record);
  const named = dimensions.map((dimension) => {
    const name = text(dimension['name']) ?? '';
    return { name, type: dimension['type'], expr: text(dimension['expr']) ?? name };
  });
  const entities = list(fields['entities']).map(record);
  const keys = entities.flatMap((entity) => {
    const name = text(entity['name']) ?? '';
    const expr = text(entity['expr']) ?? name;
    return Object.hasOwn(columns, expr) ? [{ name, type: 'categorical', expr }] : [];
  });
  const all = [...named, ...keys.filter(({ name }) => !named.some((one) => one.name === name))];
  return {
    file,
    model,
    columns,
    properties: {
      semantic_model: true,
      agg_time_dimension: record(fields['defaults'])['agg_time_dimension'],
      columns: all
        .filter(({ expr }) => Object.hasOwn(columns, expr))
        .map(({ name, type, expr }) => ({ name: expr, dimension: { name, type } })),
      derived_semantics: { dimensions: all.filter(({ expr }) => !Object.hasOwn(columns, expr)) },
      metrics,
    },
  };
}

const shared = ({ name, label, description, config, meta }: Fields): Fields => ({
  name,
  label,
  description,
  config,
  meta,
});

/** `measure: order_total`, or with a filter. */
const measureOf = (value: unknown): Fields => (typeof value === 'string' ? { name: value } : record(value));

/** `7 days`, or `{count: 7, granularity: day}`. */
function windowOf(value: unknown): unknown {
  const { count, granularity } = record(value);
  return typeof count === 'number' && typeof granularity === 'string' ? `${count} ${granularity}s` : value;
}
