import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/dbt.md'), 'utf8');
const [matrix = '', differs = ''] = page.split('\n## What differs');

interface Row {
  readonly capability: string;
  readonly file: string;
  readonly name: string | undefined;
}

const rows: Row[] = matrix
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:capability|---)/.test(line))
  .map((line) => {
    const [capability = '', shown = ''] = line.slice(2).replace(/ *\|$/, '').split(/ +\| /);
    const [, file = '', name] = /^`(test\/[^`]+)`(?:: (.+))?$/.exec(shown.trim()) ?? [];
    return { capability: capability.trim(), file, name };
  });

/** Whether a file of tests has one of just this name; a file of cases alone is named where each case has no name. */
function hasTest({ file, name }: Row): boolean {
  const path = join(root, file);
  if (file === '' || !existsSync(path)) return false;
  if (name === undefined) return true;
  const text = readFileSync(path, 'utf8').replaceAll("\\'", "'");
  if (file.endsWith('.yml')) {
    const cases = parse(text, { maxAliasCount: 1000 }) as readonly { readonly name: string }[];
    return cases.some((one) => one.name === name);
  }
  if (file.endsWith('.json')) return text.replace(/\s+/g, ' ').includes(name);
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`));
}

describe('docs/dbt.md', () => {
  test('names a test that exists, by its own name, in every row', () => {
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.filter((row) => row.capability === '' || !hasTest(row))).toEqual([]);
  });

  test('names tests that exist where it tells what differs, too', () => {
    const named = [...differs.matchAll(/`(test\/[^`]+)`: ([^()|]+)/g)].map(([, file = '', name]) => ({
      capability: 'differs',
      file,
      name: name?.trim(),
    }));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((row) => !hasTest(row))).toEqual([]);
  });

  test("has a row, or a word under what differs, for each of dbt's capabilities", () => {
    const list = parse(readFileSync(join(import.meta.dirname, 'dbt-capabilities.yml'), 'utf8')) as Record<
      string,
      readonly string[]
    >;
    const told = rows.map(({ capability }) => capability.replaceAll('`', '')).join('\n');
    const exceptions = differs.replaceAll('`', '');
    const missing = Object.entries(list).flatMap(([area, names]) =>
      names
        .map((name) => name.replaceAll('`', ''))
        .filter((name) => !holds(told, name) && !holds(exceptions, name))
        .map((name) => `${area}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

/** `name` as a whole word of the text. */
function holds(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w])`).test(text);
}
