/** Upper bounds in seconds of the buckets of request times. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a request was for: few values, never a path that somebody made up. */
export type RequestKind = 'graphql' | 'flat' | 'page' | 'health' | 'other';

interface Series {
  readonly kind: RequestKind;
  readonly status: number;
  count: number;
  seconds: number;
  readonly buckets: number[];
}

/** A number that is read when the page is asked for. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
  /** What several processes' values make together; the sum unless said. */
  readonly together?: 'sum' | 'min';
}

/** What one process counted, as plain data: processes send it to each other. */
export interface MetricsSnapshot {
  readonly series: readonly Readonly<Series>[];
  readonly gauges: readonly {
    readonly name: string;
    readonly help: string;
    readonly value: number;
    readonly together: 'sum' | 'min';
  }[];
}

/** Counts requests and their times, and writes them as Prometheus reads them. */
export class RequestMetrics {
  readonly #series = new Map<string, Series>();
  readonly #gauges: readonly Gauge[];

  constructor(gauges: readonly Gauge[]) {
    this.#gauges = gauges;
  }

  /** One answered request. */
  observe(kind: RequestKind, status: number, seconds: number): void {
    const key = `${kind} ${status}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { kind, status, count: 0, seconds: 0, buckets: bounds.map(() => 0) };
      this.#series.set(key, series);
    }
    series.count += 1;
    series.seconds += seconds;
    for (let index = bounds.length - 1; index >= 0 && seconds <= (bounds[index] ?? 0); index -= 1) {
      series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    }
  }

  snapshot(): MetricsSnapshot {
    return {
      series: [...this.#series.values()],
      gauges: this.#gauges.map(({ name, help, read, together = 'sum' }) => ({
        name,
        help,
        together,
        value: read(),
      })),
    };
  }
}

/** Several processes' counts as if one had counted: Prometheus asks whichever answers. */
export function summed(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const series = new Map<string, Series>();
  const gauges = new Map<
    string,
    { -readonly [K in keyof MetricsSnapshot['gauges'][number]]: MetricsSnapshot['gauges'][number][K] }
  >();
  for (const snapshot of snapshots) {
    for (const one of snapshot.series) {
      const sum = series.get(`${one.kind} ${one.status}`);
      if (sum === undefined) series.set(`${one.kind} ${one.status}`, { ...one, buckets: [...one.buckets] });
      else {
        sum.count += one.count;
        sum.seconds += one.seconds;
        one.buckets.forEach((count, index) => (sum.buckets[index] = (sum.buckets[index] ?? 0) + count));
      }
    }
    for (const one of snapshot.gauges) {
      const sum = gauges.get(one.name);
      if (sum === undefined) gauges.set(one.name, { ...one });
      else sum.value = one.together === 'min' ? Math.min(sum.value, one.value) : sum.value + one.value;
    }
  }
  return { series: [...series.values()], gauges: [...gauges.values()] };
}

/** Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsText({ series, gauges }: MetricsSnapshot): string {
  const lines = [
    '# HELP thau_api_request_seconds Time from a request to its answer.',
    '# TYPE thau_api_request_seconds histogram',
  ];
  for (const { kind, status, count, seconds, buckets } of series) {
    const labels = `kind="${kind}",status="${status}"`;
    bounds.forEach((bound, index) => {
      lines.push(`thau_api_request_seconds_bucket{${labels},le="${bound}"} ${buckets[index] ?? 0}`);
    });
    lines.push(
      `thau_api_request_seconds_bucket{${labels},le="+Inf"} ${count}`,
      `thau_api_request_seconds_sum{${labels}} ${seconds}`,
      `thau_api_request_seconds_count{${labels}} ${count}`,
    );
  }
  for (const { name, help, value } of gauges) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}
