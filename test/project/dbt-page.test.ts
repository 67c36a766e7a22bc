import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('every row of docs/dbt.md names a test that exists, or says "not yet"', () => {
  const rows = readFileSync(join(root, 'docs/dbt.md'), 'utf8')
    .split('\n## What differs')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:capability|---)/.test(line));
  expect(rows.length).toBeGreaterThan(30);
  const wrong = rows.filter((row) => {
    const shown = row.split(' | ').at(-1)!.replace(/\|$/, '').trim();
    if (/^not yet(?::|$)/.test(shown)) return false;
    const [, file = '', name] = /^`(test\/[^`]+)`(?:: (.+))?$/.exec(shown) ?? [];
    if (!existsSync(join(root, file)) || file === '') return true;
    const text = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
    return name !== undefined && !text.includes(name);
  });
  expect(wrong).toEqual([]);
});
