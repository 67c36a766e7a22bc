import type { Metric, MetricInput, SimpleMetric } from './definition.js';
import type { Facts, Window } from './facts.js';
import { npsInterval, tInterval, wilsonInterval, type Interval } from './interval-sql.js';

/** SQL over a row of facts, whose alias is given. */
type Expression = (alias: string) => string;

/** A metric as expressions over the facts. */
export interface Figure {
  readonly value: Expression;
  /** How many observations it rests on. */
  readonly n: Expression;
  readonly lower?: Expression;
  readonly upper?: Expression;
  /** The scans it reads; the first one's rows are the metric's. */
  readonly scans: readonly number[];
  /** Of a simple metric: what an interval needs beside its value. */
  readonly simple?: { readonly metric: SimpleMetric; readonly aggregate: (sql: string) => Expression };
}

/** Registers the aggregates that a metric needs and returns its expressions. */
export function figureOf(
  metric: Metric,
  facts: Facts,
  filters: readonly string[] = [],
  window?: Window,
): Figure {
  const all = [...metric.filters, ...filters];
  switch (metric.type) {
    case 'simple':
      return simpleFigure(metric, facts, all, window);
    case 'cumulative': {
      const { trailing, grainToDate } = metric;
      const over: Window = {
        ...(trailing !== undefined && { trailing }),
        ...(grainToDate !== undefined && { grainToDate }),
      };
      return inputFigure(metric.input, facts, all, over);
    }
    case 'ratio': {
      const numerator = inputFigure(metric.numerator, facts, all, window);
      const denominator = inputFigure(metric.denominator, facts, all, window);
      const value: Expression = (f) =>
        `(${numerator.value(f)})::double precision/nullif((${denominator.value(f)})::double precision,0)`;
      const interval =
        metric.interval === 'wilson'
          ? wilsonInterval(numerator.value, denominator.value, scaleOf(metric))
          : undefined;
      return {
        // a share in per cent is a ratio times a hundred
        value: scaleOf(metric) === 1 ? value : (f) => `${scaleOf(metric)}*(${value(f)})`,
        n: denominator.value,
        scans: [...denominator.scans, ...numerator.scans],
        ...interval,
      };
    }
    case 'derived': {
      const inputs = metric.inputs.map((input) => ({
        input,
        figure: inputFigure(input, facts, all, window),
      }));
      const counted = inputs.find(({ figure }) => figure.simple?.metric.agg === 'count');
      const other = inputs.find((item) => item !== counted);
      const n: Expression = counted ? counted.figure.value : (f) => inputs[0]?.figure.n(f) ?? 'null';
      let interval: Interval | undefined;
      if (metric.interval === 'wilson' && other)
        interval = wilsonInterval(other.figure.value, n, scaleOf(metric));
      if (metric.interval === 'nps' && other?.figure.simple) {
        const { metric: net, aggregate } = other.figure.simple;
        interval = npsInterval(other.figure.value, aggregate(`sum((${net.expr})*(${net.expr}))`), n);
      }
      return {
        value: (f) =>
          `(select ${metric.expr} from (select ${inputs
            .map(({ input, figure }) => `${figure.value(f)} as ${input.alias}`)
            .join(',')}) i)`,
        n,
        scans: inputs.flatMap(({ figure }) => figure.scans),
        ...interval,
      };
    }
  }
}

function inputFigure(
  input: MetricInput,
  facts: Facts,
  filters: readonly string[],
  window: Window | undefined,
): Figure {
  return figureOf(facts.metric(input.name), facts, [...input.filters, ...filters], window);
}

/** What the unit says of a share: a number of 0…1, or of 0…100. */
const scaleOf = (metric: Metric): number => (metric.unit === '%' ? 100 : 1);

function simpleFigure(
  metric: SimpleMetric,
  facts: Facts,
  filters: readonly string[],
  window: Window | undefined,
): Figure {
  const kept =
    filters.length === 0 ? '' : ` filter (where ${filters.map((item) => `(${item})`).join(' and ')})`;
  const scans: number[] = [];
  const aggregate = (sql: string): Expression => {
    const { column, scan } = facts.column(metric.model, `${sql}${kept}`, window);
    if (!scans.includes(scan)) scans.push(scan);
    return (f) => `${f}.${column}`;
  };
  const value = aggregate(aggregateSql(metric));
  const n = metric.agg === 'count' ? value : aggregate(`count(${metric.expr})`);
  const interval =
    metric.interval === 't' && metric.agg === 'average'
      ? tInterval(value, aggregate(`stddev_samp((${metric.expr})::double precision)`), n)
      : undefined;
  return { value, n, scans, simple: { metric, aggregate }, ...interval };
}

function aggregateSql({ agg, expr, percentile, discrete }: SimpleMetric): string {
  switch (agg) {
    case 'count':
      return `count(${expr})`;
    case 'count_distinct':
      return `count(distinct ${expr})`;
    case 'sum':
      return `sum(${expr})`;
    case 'sum_boolean':
      return `sum((${expr})::integer)`;
    case 'min':
      return `min(${expr})`;
    case 'max':
      return `max(${expr})`;
    case 'average':
      return `avg(${expr})`;
    case 'median':
      return `percentile_cont(0.5) within group (order by (${expr})::double precision)`;
    case 'percentile':
      return `percentile_${discrete === true ? 'disc' : 'cont'}(${percentile ?? 0.5}) within group (order by (${expr})::double precision)`;
  }
}
