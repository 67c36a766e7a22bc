import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');
const folder = join(src, 'jinja');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

describe('src/jinja', () => {
  test('could be published alone: it imports its own files, the errors it throws, and nothing else', () => {
    const outside = files.flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      return [...text.matchAll(/(?:^import\s|^}? ?from\s|\bimport\()[^'\n]*'([^']+)'/gm)]
        .map(([, name = '']) => name)
        .filter((name) => {
          if (!name.startsWith('.')) return true;
          const target = relative(src, resolve(folder, file, '..', name));
          return !target.startsWith('jinja/') && !target.startsWith('errors/');
        })
        .map((name) => `${file}: ${name}`);
    });
    expect(outside).toEqual([]);
  });

  test('knows nothing of dbt or SQL', () => {
    const words = /\b(?:dbt|sql|postgres\w*|database|relation|manifest|snapshot_name)\b/i;
    const known = files.filter((file) => {
      const code = readFileSync(join(folder, file), 'utf8').replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '');
      return words.test(code);
    });
    expect(known).toEqual([]);
  });
});
