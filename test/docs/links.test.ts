import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

function pages(): string[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'seeds/sample/README.md'],
    ...below.filter((file) => file.endsWith('.md')).map((file) => join('docs', file)),
  ];
}

/** GitHub's anchor of a heading. */
const anchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test('every link between the pages leads to a file and a heading that are there', () => {
  const broken: string[] = [];
  for (const page of pages()) {
    const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', fragment] = target.split('#');
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      const isThere = existsSync(file);
      const headings =
        isThere && file.endsWith('.md')
          ? [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading))
          : [];
      if (!isThere || (fragment !== undefined && !headings.includes(fragment))) {
        broken.push(`${page}: ${target} (${relative(root, file)})`);
      }
    }
  }
  expect(broken).toEqual([]);
});
