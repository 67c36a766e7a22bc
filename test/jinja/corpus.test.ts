import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { parseTemplate } from '../../src/jinja/parse/parse-template.js';
import { renderAsync, renderSync } from '../../src/jinja/render.js';
import { fromPlain } from '../../src/jinja/values/plain.js';
import type { Value } from '../../src/jinja/values/value.js';

type Case = readonly [group: string, template: string, rendering: string | null, error?: string];

interface Head {
  readonly jinja2: string;
  readonly cases: number;
  readonly context: Readonly<Record<string, unknown>>;
}

const folder = join(import.meta.dirname, 'corpus');
const [headLine = '', ...lines] = readFileSync(join(folder, 'corpus.jsonl'), 'utf8').trimEnd().split('\n');
const head = JSON.parse(headLine) as Head;
const cases = lines.map((line) => JSON.parse(line) as Case);
const differences = new Set(
  (JSON.parse(readFileSync(join(folder, 'differences.json'), 'utf8')) as { templates: string[] }[]).flatMap(
    ({ templates }) => templates,
  ),
);
const groups = [...new Set(cases.map(([group]) => group))];

/** A context of its own for each render: templates may change lists and dicts. */
function context(): Map<string, Value> {
  const values = new Map(Object.entries(head.context).map(([name, value]) => [name, fromPlain(value)]));
  return values.set('big', 12345678901234567890n); // JSON's numbers end before it
}

function outcome(run: () => string): string {
  try {
    return `text ${run()}`;
  } catch (error) {
    return error instanceof ThauError ? error.code : `a crash: ${String(error)}`;
  }
}

function expected([, , rendering, error]: Case): string {
  return rendering === null ? (error ?? '') : `text ${rendering}`;
}

describe(`the corpus of Jinja2 ${head.jinja2}`, () => {
  test('is whole', () => {
    expect(cases).toHaveLength(head.cases);
    expect(cases.length).toBeGreaterThan(5000);
  });

  for (const group of groups) {
    test(`${group}: renders as Jinja2 does`, () => {
      const wrong = cases
        .filter((entry) => entry[0] === group && !differences.has(entry[1]))
        .map((entry) => ({
          template: entry[1],
          expected: expected(entry),
          got: outcome(() => renderSync(parseTemplate(entry[1], { file: 'case' }), context())),
        }))
        .filter(({ expected: wanted, got }) => wanted !== got);
      expect(wanted(wrong)).toEqual([]);
    });
  }

  test('differs where the list of differences says so, and nowhere else', () => {
    const listed = cases.filter(([, template]) => differences.has(template));
    expect(listed).toHaveLength(differences.size);
    const same = listed.filter(
      (entry) =>
        expected(entry) === outcome(() => renderSync(parseTemplate(entry[1], { file: 'case' }), context())),
    );
    expect(same).toEqual([]);
  });

  test('renders byte for byte the same when it may await', async () => {
    const wrong: string[] = [];
    for (const [, template] of cases) {
      if (template.includes('random')) continue;
      const sync = outcome(() => renderSync(parseTemplate(template, { file: 'case' }), context()));
      let async: string;
      try {
        async = `text ${await renderAsync(parseTemplate(template, { file: 'case' }), context())}`;
      } catch (error) {
        async = error instanceof ThauError ? error.code : `a crash: ${String(error)}`;
      }
      if (sync !== async) wrong.push(template);
    }
    expect(wrong).toEqual([]);
  });
});

/** Enough of the wrong ones to see what is the matter. */
function wanted<T>(wrong: readonly T[]): readonly T[] {
  return wrong.slice(0, 20);
}
