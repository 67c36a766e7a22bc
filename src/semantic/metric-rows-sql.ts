import { requestFault } from './request-fault.js';
import type { Grain, Metric, SemanticDefinitions } from './definition.js';
import { Facts } from './facts.js';
import { figureOf } from './figure-sql.js';
import { didYouMean } from '../errors/suggest.js';
import { intervalSql, periodSql, shifted, type TimeRange } from './time-sql.js';

/** What is asked of the metrics. Expressions are SQL: parameters, or literals of the planner. */
export interface MetricQuestion {
  readonly names: readonly string[];
  readonly grain: Grain;
  /** Names of dimensions. */
  readonly by: readonly string[];
  readonly range: TimeRange;
  /** By dimension: the SQL of an array that its value must be among. */
  readonly filters: ReadonlyMap<string, string>;
  readonly compareTo?: 'PREVIOUS_PERIOD' | 'PREVIOUS_YEAR';
  readonly timezone: string;
  /** FROM and conditions of a model's relation. */
  readonly relation: (model: string) => { readonly from: string; readonly where: readonly string[] };
}

/**
 * One SELECT with the columns metric, period, d0 … (the dimensions asked by), value, lower, upper, n, previous and
 * position (of the metric among the names), in no order. Every model is read once, whatever is asked of it.
 */
export function metricRowsSql(definitions: SemanticDefinitions, question: MetricQuestion): string {
  const metrics = question.names.map((name) => askedMetric(definitions, question, name));
  const facts = new Facts(definitions, question);
  const figures = metrics.map((metric) => figureOf(metric, facts));
  const { timezone, grain, compareTo, range } = question;
  const step = compareTo === 'PREVIOUS_YEAR' ? "interval '1 year'" : intervalSql(grain);
  const same = question.by.map((_, index) => `p.d${index} is not distinct from f.d${index}`);
  const before =
    compareTo === undefined
      ? ''
      : ` left join facts p on ${[`${shifted('p.period', step, timezone)}=f.period`, ...same].join(' and ')}`;
  // the compared periods are read too, but no rows of their own
  const within =
    compareTo === undefined || range.from === undefined
      ? []
      : [`f.period>=${periodSql(range.from, 'timestamp with time zone', grain, timezone)}`];
  const dimensions = question.by.map((_, index) => `f.d${index}`);
  const selects = metrics.map((metric, position) => {
    const figure = figures[position];
    if (figure === undefined) throw new Error('a figure per metric');
    const columns = [
      `${quote(metric.name)}::text as metric`,
      'f.period',
      ...dimensions,
      `(${figure.value('f')})::double precision as value`,
      `(${figure.lower?.('f') ?? 'null'})::double precision as lower`,
      `(${figure.upper?.('f') ?? 'null'})::double precision as upper`,
      `(${figure.n('f')})::double precision as n`,
      `(${compareTo === undefined ? 'null' : figure.value('p')})::double precision as previous`,
      `${position} as position`,
    ];
    const where = [...figure.scans.map((scan) => `f.s${scan}=1`).slice(0, 1), ...within];
    return `select ${columns.join(',')} from facts f${before} where ${where.join(' and ')}`;
  });
  return `with facts as (${facts.sql(step)}) ${selects.join(' union all ')}`;
}

function askedMetric(definitions: SemanticDefinitions, question: MetricQuestion, name: string): Metric {
  const metric = definitions.metrics.find((item) => item.name === name);
  if (metric === undefined) {
    throw requestFault(
      'SEMANTIC_UNKNOWN_METRIC',
      `there is no metric "${name}"`,
      didYouMean(
        name,
        definitions.metrics.map((item) => item.name),
      ) ?? 'metricCatalog lists them all.',
    );
  }
  if (metric.grains && !metric.grains.includes(question.grain)) {
    throw requestFault(
      'SEMANTIC_GRAIN',
      `metric "${name}" is not defined by ${question.grain}`,
      `Ask by ${metric.grains.join(' or ')}.`,
    );
  }
  return metric;
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;
