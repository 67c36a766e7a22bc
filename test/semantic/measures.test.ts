import { expect, test } from 'vitest';
import { metricsArtifact, type DeclaredItem } from '../../src/semantic/metrics-artifact.js';

const file = 'models/orders.yml';
const orders: DeclaredItem = {
  original_file_path: file,
  name: 'orders',
  model: "ref('shop', 'orders')",
  defaults: { agg_time_dimension: 'placed' },
  entities: [{ name: 'order', expr: 'order_id', type: 'primary' }],
  dimensions: [
    { name: 'placed', type: 'time', expr: 'ordered_at', type_params: { time_granularity: 'day' } },
    { name: 'channel', type: 'categorical' },
    { name: 'is_large', type: 'categorical', expr: 'amount > 20' },
  ],
  measures: [
    { name: 'amount', agg: 'sum' },
    { name: 'order_count', agg: 'sum', expr: '1' },
    { name: 'typical', agg: 'percentile', expr: 'amount', agg_params: { percentile: 0.9 } },
    { name: 'stock', agg: 'sum', non_additive_dimension: { name: 'placed' } },
    { name: 'shown', agg: 'max', expr: 'amount', create_metric: true },
  ],
};
const relation = {
  model: 'orders',
  columns: [
    { name: 'order_id', type: 'bigint' },
    { name: 'ordered_at', type: 'timestamp(3) with time zone' },
    { name: 'channel', type: 'text' },
    { name: 'amount', type: 'numeric(12,2)' },
  ],
};
const metric = (name: string, type: string, params: object, more: object = {}): DeclaredItem => ({
  original_file_path: file,
  name,
  type,
  type_params: params,
  ...more,
});
const artifactOf = (metrics: readonly DeclaredItem[], published = [relation]) =>
  metricsArtifact(
    {
      semantic_models: { 'semantic_model.shop.orders': orders },
      metrics: Object.fromEntries(metrics.map((one) => [`metric.shop.${String(one['name'])}`, one])),
    },
    published,
  );

test("dbt's older YAML of measures becomes the metrics that the newer one would be", () => {
  const { artifact, errors, left } = artifactOf([
    metric('revenue', 'simple', { measure: 'amount' }, { label: 'Revenue' }),
    metric('orders', 'simple', { measure: { name: 'order_count' } }),
    metric(
      'large_orders',
      'simple',
      { measure: 'order_count' },
      { filter: "{{ Dimension('order__is_large') }} = true" },
    ),
    metric('typical_amount', 'simple', { measure: 'typical' }),
    metric('average_order', 'derived', {
      metrics: ['revenue', { name: 'orders', alias: 'n' }],
      expr: 'revenue / n',
    }),
    metric('large_share', 'ratio', { numerator: 'large_orders', denominator: { name: 'orders' } }),
    metric('revenue_7_days', 'cumulative', { measure: 'amount', window: { count: 7, granularity: 'day' } }),
  ]);
  expect([errors, left]).toEqual([[], []]);
  const found = new Map(artifact.definitions.metrics.map((one) => [one.name, one]));
  expect([...found.keys()].sort()).toEqual([
    'amount',
    'average_order',
    'large_orders',
    'large_share',
    'orders',
    'revenue',
    'revenue_7_days',
    'shown',
    'typical_amount',
  ]);
  expect(found.get('revenue')).toMatchObject({
    model: 'orders',
    agg: 'sum',
    expr: 'amount',
    label: 'Revenue',
  });
  expect(found.get('orders')).toMatchObject({ agg: 'sum', expr: '1' });
  expect(found.get('large_orders')).toMatchObject({ filters: ['is_large = true'] });
  expect(found.get('typical_amount')).toMatchObject({ agg: 'percentile', percentile: 0.9 });
  expect(found.get('revenue_7_days')).toMatchObject({ input: { name: 'amount' }, trailing: '7 days' });
  expect(artifact.definitions.models).toMatchObject([
    {
      time: 'ordered_at',
      dimensions: [
        { name: 'channel', expr: 'channel' },
        { name: 'order', expr: 'order_id' },
        { name: 'is_large', expr: 'amount > 20' },
      ],
    },
  ]);
});

test('what dbt takes there and thau cannot compute is told, and stops nothing', () => {
  const { artifact, errors, left } = artifactOf([
    metric('revenue', 'simple', { measure: 'amount' }),
    metric('in_stock', 'simple', { measure: 'stock' }),
    metric('of_nothing', 'simple', { measure: 'amuont' }),
    metric('visit_to_order', 'conversion', { conversion_type_params: {} }),
  ]);
  expect(errors).toEqual([]);
  expect(left.map(({ message }) => message)).toEqual([
    'metric "in_stock" counts a measure that cannot be added up over time',
    'metric "of_nothing" counts "amuont", which is no measure',
    'metric "visit_to_order" is a conversion, which thau does not compute',
  ]);
  expect(artifact.definitions.metrics.map(({ name }) => name)).toEqual(['revenue', 'shown']);
});

test('metrics of a model that is not published yet wait without a word', () => {
  const { artifact, errors, left } = artifactOf(
    [
      metric('revenue', 'simple', { measure: 'amount' }),
      metric('double', 'derived', { metrics: ['revenue'], expr: '2 * revenue' }),
    ],
    [],
  );
  expect([artifact.definitions.metrics, errors, left]).toEqual([[], [], []]);
});
