import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { boundMetrics } from '../../src/semantic/bound-metrics.js';
import { readSemantics } from '../../src/semantic/read-semantics.js';
import { Asker } from '../query/ask.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const columns = {
  answered_at: 'timestamp with time zone',
  channel: 'text',
  store: 'integer',
  nps: 'integer',
  ces: 'integer',
  customer_id: 'bigint',
};

const properties = {
  semantic_model: true,
  agg_time_dimension: 'answered_at',
  columns: [
    { name: 'answered_at', granularity: 'second', dimension: { type: 'time' } },
    { name: 'channel', dimension: { type: 'categorical' } },
    { name: 'store', dimension: { type: 'categorical', name: 'shop' } },
  ],
  metrics: [
    { name: 'nps_n', type: 'simple', agg: 'count', expr: 'nps' },
    { name: 'nps_net', type: 'simple', agg: 'sum', expr: '(nps >= 9)::int - (nps <= 6)::int' },
    {
      name: 'nps',
      label: 'Net promoter score',
      type: 'derived',
      expr: '100.0 * nps_net / nullif(nps_n, 0)',
      input_metrics: [{ name: 'nps_net' }, { name: 'nps_n' }],
      config: { meta: { thau: { unit: 'points', interval: 'nps', rollup: 'day' } } },
    },
    { name: 'answers', type: 'simple', agg: 'count', expr: '1' },
    {
      name: 'promoters',
      type: 'simple',
      agg: 'count',
      expr: 'nps',
      filter: "{{ Dimension('answer__nps') }} >= 9",
    },
    {
      name: 'promoter_share',
      type: 'ratio',
      numerator: 'promoters',
      denominator: { name: 'nps_n' },
      config: { meta: { thau: { unit: '%', interval: 'wilson' } } },
    },
    {
      name: 'ces',
      type: 'simple',
      agg: 'average',
      expr: 'ces',
      config: { meta: { thau: { interval: 't' } } },
    },
    { name: 'median_ces', type: 'simple', agg: 'median', expr: 'ces' },
    { name: 'people', type: 'simple', agg: 'count_distinct', expr: 'customer_id' },
    { name: 'answers_7d', type: 'cumulative', input_metric: 'answers', window: '7 days' },
    { name: 'answers_mtd', type: 'cumulative', input_metric: 'answers', grain_to_date: 'month' },
    {
      name: 'answers_monthly',
      type: 'simple',
      agg: 'count',
      expr: '1',
      config: { meta: { thau: { grains: ['month'] } } },
    },
  ],
};

const source = {
  file: 'transforms/metrics/survey_answers.yml',
  model: 'survey_answers',
  properties,
  columns,
};
const sales = {
  file: 'transforms/metrics/sales.yml',
  model: 'sales',
  columns: { sold_on: 'date', channel: 'text', amount: 'numeric' },
  properties: {
    semantic_model: true,
    agg_time_dimension: 'sold_on',
    columns: [{ name: 'channel', dimension: { type: 'categorical' } }],
    metrics: [{ name: 'revenue', type: 'simple', agg: 'sum', expr: 'amount' }],
  },
};
const overall = {
  file: 'transforms/metrics/overall.yml',
  columns: {},
  properties: {
    metrics: [
      {
        name: 'revenue_per_answer',
        type: 'ratio',
        numerator: 'revenue',
        denominator: 'answers',
      },
    ],
  },
};

let database: TestDatabase;
let asker: Asker;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(/* sql */ `
    create schema thau;
    create table thau.pointer (generation bigint);
    insert into thau.pointer values (7);
    create table survey_answers (
        answered_at timestamptz, channel text, store integer, nps integer, ces integer, customer_id bigint
    );
    -- three hundred and twenty-four answers of one day: the published example
    insert into survey_answers
    select timestamptz '2026-01-10 03:00+00', 'email', 1, case when i <= 162 then 10 when i <= 270 then 7 else 3 end, null, i
    from generate_series(1, 324) i;
    -- late on the 31st in UTC is February in Vietnam
    insert into survey_answers values
        ('2026-01-31 18:00+00', 'store', 2, 9, 7, 1), ('2026-02-03 01:00+00', 'store', 2, 0, 5, 1),
        ('2026-02-03 02:00+00', 'web', null, null, 3, 2);
    create table sales (sold_on date, channel text, amount numeric);
    insert into sales values ('2026-02-01', 'store', 100.50), ('2026-02-03', 'store', 50), ('2025-02-03', 'store', 7);
  `);
  const { definitions, errors } = readSemantics([source, sales, overall]);
  expect(errors).toEqual([]);
  const relation = (model: string, types: Readonly<Record<string, string>>) => ({
    model,
    nodeId: `model.t.${model}`,
    schema: 'public',
    name: model,
    kind: 'table' as const,
    columns: Object.entries(types).map(([name, type]) => ({ name, type, notNull: false })),
    unique: [],
    indexes: [],
    estimatedRows: 10,
  });
  const bound = bindSchema(
    [],
    { relations: [relation('survey_answers', columns), relation('sales', sales.columns)] },
    boundMetrics(definitions),
  );
  expect(bound.errors).toEqual([]);
  asker = await Asker.connect(bound.schema!, database.url);
});

afterAll(async () => {
  await asker.end();
  await database.drop();
});

async function rows(args: string, fields = 'metric period value n'): Promise<unknown> {
  const answer = await asker.ask(`{ metrics(${args}) { ${fields} } }`);
  return answer.errors
    ? answer.errors.map((error) => [error.extensions['code'], error.message])
    : answer.data?.['metrics'];
}

describe('metric rows', () => {
  test('NPS and its interval are those of the published example', async () => {
    const answer = (await rows(
      'names: ["nps"], grain: DAY, to: "2026-01-20T00:00:00Z"',
      'value lower upper n',
    )) as { value: number; lower: number; upper: number; n: number }[];
    expect(answer).toHaveLength(1);
    expect(answer[0]!.n).toBe(324);
    expect(answer[0]!.value).toBeCloseTo(33.3333333, 6);
    // 1.96 in the source, the quantile itself here
    expect(answer[0]!.lower).toBeCloseTo(25.217383786, 3);
    expect(answer[0]!.upper).toBeCloseTo(41.449282814, 3);
  });

  test('periods are cut in the time zone of the project', async () => {
    expect(await rows('names: ["answers"], grain: MONTH')).toEqual([
      { metric: 'answers', period: '2025-12-31T17:00:00+00:00', value: 324, n: 324 },
      { metric: 'answers', period: '2026-01-31T17:00:00+00:00', value: 3, n: 3 },
    ]);
  });

  test('a dimension that is not asked for is null, and one asked for groups', async () => {
    expect(
      await rows('names: ["answers"], grain: MONTH, by: ["channel"]', 'period channel shop value'),
    ).toEqual([
      { period: '2025-12-31T17:00:00+00:00', channel: 'email', shop: null, value: 324 },
      { period: '2026-01-31T17:00:00+00:00', channel: 'store', shop: null, value: 2 },
      { period: '2026-01-31T17:00:00+00:00', channel: 'web', shop: null, value: 1 },
    ]);
  });

  test('several metrics of several models come in the order of their names, a ratio over both among them', async () => {
    expect(
      await rows(
        'names: ["revenue", "revenue_per_answer", "people"], grain: MONTH, from: "2026-01-31T17:00:00Z"',
        'metric value n',
      ),
    ).toEqual([
      { metric: 'revenue', value: 150.5, n: 2 },
      { metric: 'revenue_per_answer', value: 150.5 / 3, n: 3 },
      { metric: 'people', value: 2, n: 3 },
    ]);
  });

  test('filters keep the rows of the values named', async () => {
    expect(
      await rows('names: ["answers"], grain: YEAR, filter: {channel: ["web", "email"]}', 'value'),
    ).toEqual([{ value: 325 }]);
  });

  test('the previous year stands beside the value', async () => {
    expect(
      await rows(
        'names: ["revenue"], grain: MONTH, from: "2026-01-31T17:00:00Z", compareTo: PREVIOUS_YEAR',
        'period value previous',
      ),
    ).toEqual([{ period: '2026-01-31T17:00:00+00:00', value: 150.5, previous: 7 }]);
  });

  test('the previous period counts for the first row too', async () => {
    expect(
      await rows(
        'names: ["answers"], grain: MONTH, from: "2026-01-31T17:00:00Z", compareTo: PREVIOUS_PERIOD',
        'value previous',
      ),
    ).toEqual([{ value: 3, previous: 324 }]);
  });

  test('shares have Wilson intervals and means Student ones', async () => {
    const [share] = (await rows('names: ["promoter_share"], grain: YEAR', 'value lower upper n')) as Record<
      string,
      number
    >[];
    // 163 of 326
    expect(share!['value']).toBeCloseTo(50, 6);
    expect(share!['lower']).toBeCloseTo(44.6, 1);
    expect(share!['upper']).toBeCloseTo(55.4, 1);
    const [mean] = (await rows('names: ["ces"], grain: YEAR', 'value lower upper n')) as Record<
      string,
      number
    >[];
    // 7, 5, 3: mean 5, s 2, t(2) 4.303
    expect(mean!['value']).toBe(5);
    expect(mean!['lower']).toBeCloseTo(5 - (4.302653 * 2) / Math.sqrt(3), 6);
    expect(mean!['upper']).toBeCloseTo(5 + (4.302653 * 2) / Math.sqrt(3), 6);
  });

  test('windows accumulate: trailing days, and the month to date', async () => {
    expect(
      await rows(
        'names: ["answers_7d", "answers_mtd"], grain: DAY, from: "2026-02-02T17:00:00Z", to: "2026-02-03T17:00:00Z"',
        'metric period value',
      ),
    ).toEqual([
      { metric: 'answers_7d', period: '2026-02-02T17:00:00+00:00', value: 3 },
      { metric: 'answers_mtd', period: '2026-02-02T17:00:00+00:00', value: 3 },
    ]);
  });

  test('nothing measured is no number', async () => {
    expect(
      await rows(
        'names: ["nps", "median_ces"], grain: MONTH, filter: {channel: ["web"]}',
        'metric value lower n',
      ),
    ).toEqual([
      { metric: 'nps', value: null, lower: null, n: 0 },
      { metric: 'median_ces', value: 3, lower: null, n: 1 },
    ]);
  });
});

describe('what cannot be asked', () => {
  test('an unknown metric is answered with the nearest name', async () => {
    expect(await rows('names: ["npss"]')).toEqual([['SEMANTIC_UNKNOWN_METRIC', 'there is no metric "npss"']]);
  });

  test('a dimension that the model lacks', async () => {
    expect(await rows('names: ["revenue"], by: ["shop"]')).toEqual([
      ['SEMANTIC_DIMENSION', '"sales" has no dimension "shop"'],
    ]);
  });

  test('a grain that the metric or its model does not know', async () => {
    expect(await rows('names: ["revenue"], grain: HOUR')).toEqual([
      ['SEMANTIC_GRAIN', '"sales" knows the day of its rows, not the hour'],
    ]);
    expect(await rows('names: ["answers_monthly"], grain: DAY')).toEqual([
      ['SEMANTIC_GRAIN', 'metric "answers_monthly" is not defined by day'],
    ]);
  });
});

describe('YAML that cannot be computed', () => {
  const errors = (metric: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    readSemantics([{ ...source, properties: { ...properties, ...more, metrics: [metric] } }]).errors.map(
      (error) => `${error.message} | ${error.hint ?? ''}`,
    );

  test.each([
    [{ name: 'a', agg: 'summ', expr: 'nps' }, 'agg of metric "a" is "summ" | Did you mean "sum"?'],
    [{ name: 'a', type: 'simpel' }, 'the type of metric "a" is "simpel" | Did you mean "simple"?'],
    [{ name: 'a', type: 'ratio', numerator: 'x' }, 'ratio "a" lacks numerator or denominator | '],
    [
      { name: 'a', type: 'derived', expr: 'b', input_metrics: ['b'] },
      'metric "a" is computed from "b", which no file declares | ',
    ],
    [
      { name: 'a', type: 'derived', expr: 'a', input_metrics: ['a'] },
      'metric "a" is computed from itself: a → a | ',
    ],
    [{ name: 'a b', agg: 'sum' }, 'a metric has no name that is a word: "a b" | '],
    [
      { name: 'a', agg: 'percentile', expr: 'nps', percentile: 90 },
      'metric "a" is a percentile without percentile: 0…1 | ',
    ],
  ])('%j', (metric, message) => {
    expect(errors(metric)).toEqual([message]);
  });

  test('a time dimension that is no time', () => {
    expect(errors({ name: 'a', agg: 'count' }, { agg_time_dimension: 'answerd_at' })[0]).toBe(
      'agg_time_dimension "answerd_at" of model "survey_answers" is no column of a time type | Did you mean "answered_at"?',
    );
  });
});
