import { expect, test } from 'vitest';
import { parseSelection } from '../../../src/project/select/parse-selection.js';
import { selectNodes } from '../../../src/project/select/select-nodes.js';
import { parseFiles } from '../support/project-folder.js';

const { manifest } = parseFiles({
  'models/answers.sql': 'select 1 as id',
  'models/s.yml': `
models:
  - name: answers
    semantic_model: true
    agg_time_dimension: answered_at
    columns: [{name: answered_at, granularity: second, dimension: {type: time}}]
    metrics:
      - {name: nps_n, type: simple, agg: count, expr: nps}
saved_queries: [{name: weekly, query_params: {metrics: [nps_n]}}]
`,
});

const selected = (...words: string[]): string[] =>
  [...selectNodes({ manifest, selection: parseSelection(words, []) }).ids].sort();

test('metrics, semantic models and saved queries are selected by name, with what they stand on', () => {
  expect(selected('metric:nps_n')).toEqual(['metric.shop.nps_n']);
  expect(selected('+metric:nps_n')).toEqual([
    'metric.shop.nps_n',
    'model.shop.answers',
    'semantic_model.shop.answers',
  ]);
  expect(selected('semantic_model:answers')).toEqual(['semantic_model.shop.answers']);
  expect(selected('saved_query:weekly')).toEqual(['saved_query.shop.weekly']);
  expect(selected('metric:*+')).toEqual(['metric.shop.nps_n', 'saved_query.shop.weekly']);
});
