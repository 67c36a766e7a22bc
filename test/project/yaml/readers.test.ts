import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ThauError } from '../../../src/errors/thau-error.js';
import { quickYaml, type QuickYaml } from '../../../src/project/yaml/quick-yaml.js';
import { wholeYaml } from '../../../src/project/yaml/whole-yaml.js';

const fault = (): ThauError => new ThauError('PROJECT_YAML_SYNTAX', 'refused');

/** What the whole reader says; undefined where it refuses the text. */
function whole(text: string): QuickYaml | undefined {
  try {
    return wholeYaml('a.yml', text, { syntax: fault, alias: fault, duplicate: fault });
  } catch (error) {
    if (error instanceof ThauError) return undefined;
    throw error;
  }
}

/** Value and places, containers in the order they are met. */
function shape({ value, spots }: QuickYaml): unknown {
  const places: unknown[] = [];
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { start, keys, offsets } = spots.get(part) ?? { start: -1, offsets: [] };
    places.push([start, keys, offsets]);
    for (const child of Object.values(part)) walk(child);
  };
  walk(value);
  return { value, places };
}

/** Whether the quick reader took the text; fails where it says something else than the whole one. */
function compare(text: string): boolean {
  const quick = quickYaml(text);
  if (quick === undefined) return false;
  const expected = whole(text);
  expect(expected, `taken, but refused by the whole reader:\n${text}`).toBeDefined();
  if (expected !== undefined) expect(shape(quick), text).toEqual(shape(expected));
  return true;
}

const repository = join(import.meta.dirname, '../../..');
const files = ['transforms', 'test/project/cases', 'seeds', 'docs']
  .flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(repository, folder, name)),
  )
  .concat(join(repository, 'dbt_project.yml'), join(repository, 'thau.yml'))
  .sort();

const samples = [
  'a: 1\nb:\n  - x\n  - y: 2\n    z: [1, two, "three"]\n',
  'models:\n- name: a\n  description: >\n    One row\n    per thing.\n\n    Second.\n  columns:\n  - {name: id, tests: [unique]}\n',
  'a: |\n  select 1\n    from x\n\nb: |-\n  two\nc: >-\n  folded\n  text\nd: |+\n  kept\n\ne: end\n',
  '# comment\na: "quoted # no" # yes\nb: \'it\'\'s\'\n"c": d\n',
  "a: {b: {c: [d, {e: f}]}}\ntests:\n  - accepted_values: {arguments: {values: ['a', 'b'], quote: true}}\n",
  "a: {{ env_var('X') }}\n",
  "a: '{{ env_var(\"X\") }}'\nb: ref('x')\nc: [ref('y'), source('a', 'b')]\n",
  'a:\nb:\n  -\n    c: 1\n  - d\ne: ~\nf: null\ng: yes\nh: 012\ni: 1.5\nj: 12:30:45\n',
  'a: b\n c: d\n',
  'a: b: c\n',
  'a: b\n  c\n',
  '- 1\n- - 2\n- a: 1\n  b: 2\n',
  'a: &x 1\nb: *x\n',
  'a: [1, 2\n  , 3]\n',
  'a: "x\\ty\\u00e9"\n',
  '---\na: 1\n',
  '---\na: 1\n---\nb: 2\n',
  'a: 1\na: 2\n',
  '? a\n: b\n',
  'a : b\nc:d\n',
  'http://x: y\n',
  'a: -1\nb: - 1\nc: -\n',
  'a: #x\n  b\n',
  'a: >\n\n  x\n   y\n',
  'x',
  '',
  '"a"',
];

describe('the quick reader of YAML', () => {
  test('reads every file of this repository as the whole reader does, or leaves it to that', () => {
    const taken = files.filter((file) => compare(readFileSync(file, 'utf8')));
    expect(taken.length / files.length).toBeGreaterThan(0.5);
  });

  test('says what the whole reader says of texts that were cut, joined, doubled and sprinkled with signs', () => {
    const sign = fc.constantFrom(
      ...[
        '\n',
        ' ',
        '  ',
        ':',
        ': ',
        '- ',
        '-',
        '#',
        ' #',
        '"',
        "'",
        '[',
        ']',
        '{',
        '}',
        ',',
        ', ',
        '|',
        '>',
      ],
      ...[
        '&a',
        '*a',
        '!x',
        '%',
        '@',
        '`',
        '?',
        '? ',
        '~',
        '<<',
        '\\',
        '---',
        '...',
        '\n\n',
        '\n  ',
        '\n    ',
        'é',
        '😀',
        '\n- ',
      ],
    );
    const base = fc.constantFrom(
      ...samples,
      ...files.map((file) => readFileSync(file, 'utf8').slice(0, 600)),
    );
    const edit = fc.record({ at: fc.nat(600), cut: fc.nat(6), sign });
    fc.assert(
      fc.property(base, fc.array(edit, { maxLength: 4 }), (text, edits) => {
        let changed = text;
        for (const { at, cut, sign: given } of edits) {
          const place = at % (changed.length + 1);
          changed = changed.slice(0, place) + given + changed.slice(place + cut);
        }
        compare(changed);
      }),
      { numRuns: Number(process.env['THAU_FUZZ_YAML'] ?? 3000), seed: 20261122 },
    );
  });
});
