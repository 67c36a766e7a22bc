import type { CodeDoc } from '../code.js';

export const semanticCodes = {
  SEMANTIC_INVALID: {
    cause:
      "A metric's YAML says something that cannot be computed: an unknown aggregation, an input that no file declares.",
    cure: 'Correct the metric that the message names.',
  },
  SEMANTIC_UNKNOWN_METRIC: {
    cause: 'The request asks for a metric that no file declares.',
    cure: 'Correct the name; `metricCatalog` lists them all.',
  },
  SEMANTIC_DIMENSION: {
    cause: 'The request groups or filters a metric by a dimension that its model does not have.',
    cure: 'Ask by one of the dimensions that the hint names, or for the metrics apart.',
  },
  SEMANTIC_GRAIN: {
    cause: 'The request asks for a metric at a grain it is not defined for.',
    cure: 'Ask at one of the grains that the hint names.',
  },
} as const satisfies Record<string, CodeDoc>;
