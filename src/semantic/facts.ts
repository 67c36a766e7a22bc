import type {
  CumulativeMetric,
  Dimension,
  Metric,
  SemanticDefinitions,
  SemanticModel,
} from './definition.js';
import type { MetricQuestion } from './metric-rows-sql.js';
import { requestFault } from './request-fault.js';
import { instantSql, intervalSql, periodSql, rangeConditions, shifted } from './time-sql.js';

/** The window of a cumulative metric. */
export type Window = Pick<CumulativeMetric, 'trailing' | 'grainToDate'>;

interface Scan {
  readonly model: SemanticModel;
  readonly window: Window | undefined;
  /** Aggregates as SQL; each is column b<n> of the facts. */
  readonly aggregates: Map<string, number>;
}

/**
 * The relation that figures are computed from: one row per period and group, one column per aggregate. Metrics that read
 * the same model share its scan, and equal aggregates are computed once.
 */
export class Facts {
  readonly #definitions: SemanticDefinitions;
  readonly #question: MetricQuestion;
  readonly #scans: Scan[] = [];
  #columns = 0;

  constructor(definitions: SemanticDefinitions, question: MetricQuestion) {
    this.#definitions = definitions;
    this.#question = question;
  }

  /** The column of an aggregate over a model's rows, and its scan's number. */
  column(
    modelName: string,
    aggregate: string,
    window?: Window,
  ): { readonly column: string; readonly scan: number } {
    const key = JSON.stringify(window ?? null);
    let scan = this.#scans.findIndex(
      (item) => item.model.name === modelName && JSON.stringify(item.window ?? null) === key,
    );
    if (scan < 0) {
      scan = this.#scans.push({ model: this.#model(modelName), window, aggregates: new Map() }) - 1;
    }
    const { aggregates } = this.#scans[scan] as Scan;
    const known = aggregates.get(aggregate) ?? this.#columns++;
    aggregates.set(aggregate, known);
    return { column: `b${known}`, scan };
  }

  metric(name: string): Metric {
    const metric = this.#definitions.metrics.find((item) => item.name === name);
    if (metric === undefined) throw new Error(`no metric ${name}`);
    return metric;
  }

  #model(name: string): SemanticModel {
    const model = this.#definitions.models.find((item) => item.name === name);
    if (model === undefined) throw new Error(`no semantic model ${name}`);
    const { grain } = this.#question;
    if (model.timeType === 'date' && (grain === 'hour' || grain === 'minute')) {
      throw requestFault(
        'SEMANTIC_GRAIN',
        `"${name}" knows the day of its rows, not the ${grain}`,
        'Ask by day.',
      );
    }
    return model;
  }

  /** The facts as a SELECT; `step` widens the range back to the compared period. */
  sql(step: string): string {
    const scans = this.#scans.map((scan, index) => this.#scanSql(scan, index, step));
    if (scans.length === 1) return scans[0] ?? '';
    const dimensions = this.#question.by.map((_, index) => `d${index}`);
    const merged = [
      'period',
      ...dimensions,
      ...this.#scans.flatMap((scan) =>
        [...scan.aggregates].map(([aggregate, column]) =>
          // nothing counted is zero, nothing summed is unknown
          aggregate.startsWith('count(')
            ? `coalesce(max(b${column}),0) as b${column}`
            : `max(b${column}) as b${column}`,
        ),
      ),
      ...this.#scans.map((_, index) => `max(s${index}) as s${index}`),
    ];
    const groups = ['period', ...dimensions].map((_, index) => String(index + 1)).join(',');
    return `select ${merged.join(',')} from (${scans.join(' union all ')}) u group by ${groups}`;
  }

  #scanSql(scan: Scan, index: number, step: string): string {
    const { by, range, timezone, grain, compareTo, filters } = this.#question;
    const { model } = scan;
    const { from, where } = this.#question.relation(model.name);
    const wide =
      compareTo === undefined || range.from === undefined
        ? range
        : { ...range, from: shifted(range.from, step, timezone, '-') };
    const dimensions = by.map((name) => this.#dimension(model, name));
    const conditions = [
      ...where,
      ...[...filters].map(([name, values]) => `(${this.#dimension(model, name).expr})=any(${values})`),
    ];
    let source = from;
    let period: string;
    if (scan.window) {
      period = 's.thau_period';
      source = this.#spine(scan, wide, from);
    } else {
      period = periodSql(model.time, model.timeType, grain, timezone);
      conditions.push(...rangeConditions(model.time, model.timeType, wide, timezone));
    }
    const own = new Map([...scan.aggregates].map(([aggregate, column]) => [column, aggregate]));
    const columns = [
      `${period} as period`,
      ...dimensions.map((item, position) => `(${item.expr}) as d${position}`),
      // untyped, the nulls of two models would be text to the third; any number's type wins over the smallest
      ...this.#allColumns().map((column) => `${own.get(column) ?? 'null::smallint'} as b${column}`),
      ...this.#scans.map((_, position) => `${position === index ? '1' : 'null::integer'} as s${position}`),
    ];
    const groups = ['period', ...by].map((_, position) => String(position + 1)).join(',');
    const condition = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
    return `select ${columns.join(',')} from ${source}${condition} group by ${groups}`;
  }

  #allColumns(): readonly number[] {
    return this.#scans.flatMap((scan) => [...scan.aggregates.values()]).sort((a, b) => a - b);
  }

  /** Every period of the range, joined to the rows of its window. */
  #spine(scan: Scan, range: MetricQuestion['range'], from: string): string {
    const { timezone, grain } = this.#question;
    const { model, window } = scan;
    const time = instantSql(model.time, model.timeType, timezone);
    const zone = `'${timezone.replaceAll("'", "''")}'`;
    const step = intervalSql(grain);
    const first = range.from ?? `(select min(${time}) from ${from})`;
    const last = range.to ?? `(select max(${time}) + interval '1 microsecond' from ${from})`;
    const spine = `(select g at time zone ${zone} as thau_period,(g+${step}) at time zone ${zone} as thau_end from generate_series(date_trunc('${grain}',${first} at time zone ${zone}),(${last} at time zone ${zone})-interval '1 microsecond',${step}) g) s`;
    const bounds = [`${time}<s.thau_end`];
    if (window?.trailing !== undefined) {
      bounds.push(`${time}>=${shifted('s.thau_end', `interval '${window.trailing}'`, timezone, '-')}`);
    } else if (window?.grainToDate !== undefined) {
      bounds.push(`${time}>=date_trunc('${window.grainToDate}',s.thau_period,${zone})`);
    }
    return `${spine} join ${from} on ${bounds.join(' and ')}`;
  }

  #dimension(model: SemanticModel, name: string): Dimension {
    const dimension = model.dimensions.find((item) => item.name === name);
    if (dimension)
      return this.#isMixed(name) ? { ...dimension, expr: `(${dimension.expr})::text` } : dimension;
    throw requestFault(
      'SEMANTIC_DIMENSION',
      `"${model.name}" has no dimension "${name}"`,
      `Its dimensions are: ${model.dimensions.map((item) => item.name).join(', ') || 'none'}.`,
    );
  }

  /** Models that hold a dimension in different types can only show it as text. */
  #isMixed(name: string): boolean {
    const types = this.#definitions.models.flatMap((model) =>
      model.dimensions.filter((item) => item.name === name).map((item) => item.type),
    );
    return new Set(types).size > 1;
  }
}
