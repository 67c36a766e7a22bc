/** Metrics as one generation answers them: plain data, stored with it. */
export interface SemanticDefinitions {
  readonly models: readonly SemanticModel[];
  readonly metrics: readonly Metric[];
}

/** A model whose rows are facts that metrics are computed from. */
export interface SemanticModel {
  /** dbt's name of the model. */
  readonly name: string;
  /** SQL over one row: when it happened. */
  readonly time: string;
  readonly timeType: 'timestamp with time zone' | 'timestamp without time zone' | 'date';
  readonly dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly name: string;
  /** SQL over one row. */
  readonly expr: string;
  /** PostgreSQL's type. */
  readonly type: string;
}

export type Metric = SimpleMetric | RatioMetric | DerivedMetric | CumulativeMetric;

interface MetricBase {
  readonly name: string;
  readonly label?: string;
  readonly description?: string;
  /** `VND`, `%`, `points`, `h`. */
  readonly unit?: string;
  /** How lower and upper are computed; a method that is not one of `computedIntervals` gives none and is only shown. */
  readonly interval?: string;
  /** The formula in words, as the project puts it. */
  readonly formula?: string;
  /** What is not counted, in words. */
  readonly leftOut?: string;
  /** Grains it may be asked for; absent: every one. */
  readonly grains?: readonly Grain[];
  readonly owner?: string;
  readonly source?: string;
  readonly window?: string;
  /** SQL conditions over one row of the fact. */
  readonly filters: readonly string[];
}

/** `nps`: of a net of +1 and −1; `wilson`: of a share; `t`: of a mean. */
export const computedIntervals = ['nps', 'wilson', 't'] as const;

export const grains = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type Grain = (typeof grains)[number];

export type Aggregation =
  'count' | 'count_distinct' | 'sum' | 'sum_boolean' | 'min' | 'max' | 'average' | 'median' | 'percentile';

/** An aggregate over the rows of one model. */
export interface SimpleMetric extends MetricBase {
  readonly type: 'simple';
  readonly model: string;
  readonly agg: Aggregation;
  /** SQL over one row. */
  readonly expr: string;
  /** 0…1, of agg percentile. */
  readonly percentile?: number;
  readonly discrete?: boolean;
}

/** A ratio of sums, never a mean of ratios. */
export interface RatioMetric extends MetricBase {
  readonly type: 'ratio';
  readonly numerator: MetricInput;
  readonly denominator: MetricInput;
}

/** SQL over the values of other metrics. */
export interface DerivedMetric extends MetricBase {
  readonly type: 'derived';
  readonly expr: string;
  readonly inputs: readonly MetricInput[];
}

/** A simple metric over a window that ends with the period, or from the start of a longer period, or from ever. */
export interface CumulativeMetric extends MetricBase {
  readonly type: 'cumulative';
  readonly input: MetricInput;
  /** As an interval of PostgreSQL: `7 days`. */
  readonly trailing?: string;
  readonly grainToDate?: Grain;
}

export interface MetricInput {
  readonly name: string;
  /** Its name in the expression. */
  readonly alias: string;
  readonly filters: readonly string[];
}
