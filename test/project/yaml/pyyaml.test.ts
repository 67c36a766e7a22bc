import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Float } from '../../../src/jinja/values/float.js';
import { YamlFile } from '../../../src/project/yaml/yaml-file.js';

interface Corpus {
  readonly pyyaml: string;
  readonly scalars: number;
  readonly documents: number;
  /** Text, Python's type, value. */
  readonly cases: readonly (readonly [string, string, unknown])[];
  readonly whole: readonly (readonly [string, unknown])[];
}

const corpus = JSON.parse(readFileSync(join(import.meta.dirname, 'corpus/scalars.json'), 'utf8')) as Corpus;

const read = (text: string): unknown => new YamlFile('a.yml', text).value;

/** Ours for a value of Python's. */
function ours(kind: string, value: unknown): unknown {
  if (kind === 'float') {
    const number = Number(String(value).replace('inf', 'Infinity'));
    return Number.isInteger(number) ? new Float(number) : number;
  }
  if (kind !== 'int') return value;
  // beyond what a number holds exactly, the digits are kept as text
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

describe(`what PyYAML ${corpus.pyyaml} reads`, () => {
  test('is whole', () => {
    expect(corpus.cases).toHaveLength(corpus.scalars);
    expect(corpus.whole).toHaveLength(corpus.documents);
  });

  test('plain scalars mean the same here', () => {
    const refused = corpus.cases.filter(([, kind]) => kind === 'error').map(([text]) => text);
    // a single = is a type nobody uses, and an error there; a dash alone is one in either
    expect(refused).toEqual(['-', '=']);
    expect(() => read('a: -\n')).toThrow();
    for (const [text, kind, value] of corpus.cases) {
      if (refused.includes(text)) continue;
      expect({ text, value: (read(`a: ${text}\n`) as { a: unknown }).a }).toEqual({
        text,
        value: ours(kind, value),
      });
    }
  });

  test('documents mean the same here', () => {
    for (const [text, value] of corpus.whole) expect({ text, value: read(text) }).toEqual({ text, value });
  });
});
