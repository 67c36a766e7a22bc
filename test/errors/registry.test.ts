import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codes } from '../../src/errors/codes.js';
import { errorsPage } from '../../src/errors/page.js';

const root = join(import.meta.dirname, '../..');

test('docs/errors.md says what the registry says', () => {
  expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(errorsPage());
});

test('every code is used somewhere in src', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('errors/codes'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n');
  const unused = Object.keys(codes).filter((code) => !new RegExp(`\\b${code}\\b`).test(sources));
  expect(unused).toEqual([]);
});
