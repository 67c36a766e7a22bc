import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { flatFormats } from '../../src/api/flat/flat-format.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(`${root}/docs/bi-tools.md`, 'utf8');
/** The variables of each trusted operation of this project. */
const operations = new Map(
  readdirSync(`${root}/schema/operations`).map((file) => {
    const text = readFileSync(`${root}/schema/operations/${file}`, 'utf8');
    const [, name = '', variables = ''] = /query (\w+)(\([^)]*\))?/.exec(text) ?? [];
    return [name, [...variables.matchAll(/\$(\w+)/g)].map(([, variable]) => variable)] as const;
  }),
);

test('what the page for BI tools asks for is there to be asked, in that form and with those parameters', () => {
  const asked = [...page.matchAll(/\bq\/(?!openapi)(\w+)\.(\w+)\??([^"\s`]*)/g)];
  expect(asked.length).toBeGreaterThan(5);
  for (const [address, name = '', form = '', search = ''] of asked) {
    expect([...operations.keys()], address).toContain(name);
    expect(flatFormats, address).toContain(form);
    const known = [...(operations.get(name) ?? []), 'key', '_bom', '_raw', '_limit', '_after'];
    for (const [, parameter] of search.matchAll(/(?:^|&)(\w+)=/g))
      expect(known, address).toContain(parameter);
  }
});
