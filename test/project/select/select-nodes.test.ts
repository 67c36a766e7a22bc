import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ThauError } from '../../../src/errors/thau-error.js';
import type { Manifest } from '../../../src/project/manifest.js';
import { parseSelection } from '../../../src/project/select/parse-selection.js';
import { selectNodes } from '../../../src/project/select/select-nodes.js';
import { manifestState } from '../../../src/project/state/previous-state.js';
import type { IndirectSelection, Selection } from '../../../src/project/select/selection.js';
import { selectorSelection } from '../../../src/project/select/selector-definition.js';

/** manifest.json and cases.json: a small shop, and what dbt 1.11 answered to `dbt ls` for each selection. */
const read = (file: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
const manifest = read('manifest.json') as Manifest;
interface Case {
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly indirect: IndirectSelection;
  readonly ids: readonly string[];
}
const cases = read('cases.json') as readonly Case[];

const selectors = [
  { name: 'nightly', definition: 'tag:nightly+', default: false },
  {
    name: 'core_only',
    definition: {
      union: [
        { method: 'group', value: 'core', parents: true, parents_depth: 1 },
        { intersection: ['path:models/staging', 'tag:nightly'] },
        { exclude: [{ method: 'resource_type', value: 'test' }] },
      ],
    },
    default: false,
  },
  {
    name: 'both',
    definition: { union: [{ method: 'selector', value: 'nightly' }, { tag: 'hourly' }] },
    default: false,
  },
  {
    name: 'cautious_one',
    definition: { method: 'fqn', value: 'customers', indirect_selection: 'cautious' },
    default: false,
  },
];

const ids = (selection: Selection, indirect: IndirectSelection = 'eager'): string[] =>
  [...selectNodes({ manifest, selection, indirect }).ids].sort();
const names = (...select: string[]): string[] =>
  ids(parseSelection(select, [])).map((id) => id.split('.').slice(2).join('.'));

describe('dbt selects the same nodes', () => {
  test.each(
    cases.map(
      (one) => [`${one.select.join(' ')} − ${one.exclude.join(' ')} (${one.indirect})`, one] as const,
    ),
  )('%s', (_title, { select, exclude, indirect, ids: expected }) => {
    const selector = select[0]?.startsWith('selector:') === true ? select[0].slice(9) : undefined;
    const selection =
      selector === undefined ? parseSelection(select, exclude) : selectorSelection(selector, selectors);
    expect(ids(selection, indirect)).toEqual(expected);
  });
});

describe('what a hurried user types', () => {
  const fault = (work: () => unknown): ThauError => {
    try {
      work();
    } catch (error) {
      if (error instanceof ThauError) return error;
      throw error;
    }
    throw new Error('no error');
  };

  test('an unknown method names the nearest one', () => {
    const error = fault(() => parseSelection(['tga:nightly'], []));
    expect(error.code).toBe('PROJECT_SELECTION');
    expect(error.hint).toBe('Did you mean "tag"?');
  });

  test('"@" and a trailing "+" together are refused', () => {
    expect(fault(() => parseSelection(['@customers+'], [])).message).toContain('"@customers+"');
  });

  test('a method without a value is refused', () => {
    expect(fault(() => parseSelection(['tag:'], [])).hint).toContain('method:value');
  });

  test.each(['state:new', 'result:error', 'source_status:fresher'])(
    '%s without a state says what to give',
    (word) => {
      const error = fault(() => names(word));
      expect(error.code).toBe('PROJECT_SELECTION');
      expect(error.hint).toContain('--state');
    },
  );

  test.each(['test_type:genric', 'resource_type:modle', 'version:newest', 'source:a.b.c.d', 'config:view'])(
    '%s says what the method takes',
    (word) => {
      expect(fault(() => names(word)).hint).toMatch(/^Expected: /);
    },
  );

  test('words that match nothing are told, the others still count', () => {
    const selected = selectNodes({ manifest, selection: parseSelection(['custmers', 'revenue'], []) });
    expect(selected.unmatched).toEqual(['custmers']);
    expect(selected.ids.has('model.shop.revenue')).toBe(true);
  });

  test('a selector that contains itself shows the circle', () => {
    const circle = [
      { name: 'a', definition: { method: 'selector', value: 'b' }, default: false },
      { name: 'b', definition: { union: [{ method: 'selector', value: 'a' }] }, default: false },
    ];
    expect(fault(() => selectorSelection('a', circle)).message).toContain('a → b → a');
  });

  test('an unknown selector names the nearest', () => {
    expect(fault(() => selectorSelection('nigthly', selectors)).hint).toBe('Did you mean "nightly"?');
  });

  test.each([
    [{ method: 'tag' }],
    [{ union: 'tag:a' }],
    [{ union: ['tag:a'], method: 'tag' }],
    [{ method: 'tag', value: 'a', parent: true }],
    [{ method: 'tag', value: 'a', parents: true, parents_depth: -1 }],
    [{ method: 'tag', value: 'a', indirect_selection: 'careful' }],
    [{ union: [{ exclude: ['a'] }, { exclude: ['b'] }] }],
    [7],
  ])('the definition %j is refused with the selector named', (definition) => {
    const error = fault(() => selectorSelection('x', [{ name: 'x', definition, default: false }]));
    expect(error.code).toBe('PROJECT_SELECTOR');
    expect(error.message).toContain('"x"');
  });

  test.each(['[a-@]', '[!z-a]*', '[a&b~c]*', '[a-z'])(
    'the pattern %s is a pattern, as Python reads it',
    (word) => {
      expect(() => names(word)).not.toThrow();
    },
  );

  test('any text selects or is refused with a code, and never hangs', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[@+*?[\]!,:.a-z0-9/-]{0,40}$/)), (text) => {
        try {
          names(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ThauError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('state', () => {
  const node = manifest.nodes['model.shop.customers'];
  const changed = (change: object): Manifest => ({
    ...manifest,
    nodes: { ...manifest.nodes, 'model.shop.customers': { ...node!, ...change } },
  });
  const selected = (word: string, previous: Manifest): string[] => [
    ...selectNodes({
      manifest,
      selection: parseSelection([word], []),
      indirect: 'empty',
      state: { previous: manifestState(previous, manifest) },
    }).ids,
  ];

  test('nothing is modified against the same manifest', () => {
    expect(selected('state:modified', manifest)).toEqual([]);
    expect(selected('state:new', manifest)).toEqual([]);
  });

  test('a changed body, config or relation is found by its part and by the whole', () => {
    expect(selected('state:modified', changed({ raw_code: 'select 2' }))).toEqual(['model.shop.customers']);
    expect(selected('state:modified.body', changed({ raw_code: 'select 2' }))).toEqual([
      'model.shop.customers',
    ]);
    expect(selected('state:modified.configs', changed({ raw_code: 'select 2' }))).toEqual([]);
    const moved = changed({ config: { ...node!.config, schema: 'elsewhere' } });
    expect(selected('state:modified.relation', moved)).toEqual(['model.shop.customers']);
  });

  test('a node that was not there is new, and its children come with "+"', () => {
    const { 'model.shop.customers': _gone, ...rest } = manifest.nodes;
    const previous = { ...manifest, nodes: rest };
    expect(selected('state:new', previous)).toEqual(['model.shop.customers']);
    expect(selected('state:new+', previous)).toContain('model.shop.revenue');
  });

  test('a changed macro marks every node that uses it, at any depth', () => {
    const macro = (sql: string, macros: string[] = []): object => ({
      macro_sql: sql,
      depends_on: { macros },
    });
    const using = {
      ...manifest,
      nodes: {
        ...manifest.nodes,
        'model.shop.customers': {
          ...node!,
          depends_on: { ...node!.depends_on, macros: ['macro.shop.outer'] },
        },
      },
    };
    const withMacros = (inner: string): Manifest =>
      ({
        ...using,
        macros: { 'macro.shop.outer': macro('o', ['macro.shop.inner']), 'macro.shop.inner': macro(inner) },
      }) as unknown as Manifest;
    const found = selectNodes({
      manifest: withMacros('new'),
      selection: parseSelection(['state:modified.macros'], []),
      indirect: 'empty',
      state: { previous: manifestState(withMacros('old'), withMacros('new')) },
    });
    expect([...found.ids]).toEqual(['model.shop.customers']);
  });
});
