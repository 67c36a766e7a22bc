import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeSample } from '../../src/sample/write.js';

const committed = resolve(import.meta.dirname, '../../seeds/sample');
const folder = mkdtempSync(join(tmpdir(), 'thau-sample-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function files(below: string): string[] {
  return readdirSync(below, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(below, file)).isFile())
    .sort();
}

test('the committed sample is, byte for byte, what the generator writes', async () => {
  await writeSample(folder, {});
  expect(files(committed)).toEqual(files(folder));
  for (const file of files(folder)) {
    const same = readFileSync(join(committed, file)).equals(readFileSync(join(folder, file)));
    expect(same, `${file}; \`npx thau sample generate\` writes it anew`).toBe(true);
  }
});

test('the committed sample stays under five megabytes', () => {
  const bytes = files(committed).reduce((sum, file) => sum + statSync(join(committed, file)).size, 0);
  expect(bytes).toBeLessThan(5_000_000);
});
