import type { BoundMetrics } from './bound-schema.js';

/** MetricRow with one nullable field per dimension, and what the `metrics` field's arguments are made of. */
export function metricRowSdl(metrics: BoundMetrics): string {
  const dimensions = metrics.dimensions.map((item) => `${item.field}: ${item.type}`);
  return /* GraphQL */ `
    "One figure: a metric in a period, for one group of the dimensions asked for."
    type MetricRow {
      metric: String!
      "Where the period begins, in the project's time zone."
      period: DateTime!
      ${dimensions.join('\n      ')}
      value: Float
      "The 95 % interval's ends, for metrics that have one."
      lower: Float
      upper: Float
      "How many observations the value rests on."
      n: Float
      "The value of the period compared to."
      previous: Float
    }

    enum MetricComparison {
      PREVIOUS_PERIOD
      PREVIOUS_YEAR
    }

    "Keeps the rows of these dimension values; a dimension that a metric lacks keeps none of its rows."
    input MetricRowFilter {
      ${metrics.dimensions.map((item) => `${item.field}: [${item.type}!]`).join('\n      ')}
      ${metrics.dimensions.length === 0 ? '"There are no dimensions yet."\n      none: Boolean' : ''}
    }
  `;
}

/** The fields every MetricRow has; a dimension of such a name gets `Dimension` appended. */
export const metricRowFields: readonly string[] = [
  'metric',
  'period',
  'value',
  'lower',
  'upper',
  'n',
  'previous',
];
