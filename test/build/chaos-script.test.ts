import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

/** `npm run chaos` in short, on a server of its own: a seed is a choice of attacks and moments (THAU_CHAOS_SEED). */
test('attacked runs of real processes leave readers without an error, and the tables of a clean build', async () => {
  const seed = process.env['THAU_CHAOS_SEED'] ?? '20261122';
  const script = resolve(import.meta.dirname, '../../scripts/chaos.js');
  const child = spawn(
    process.execPath,
    [script, '--runs', '4', '--postmaster', '1', '--seed', seed, '--verbose'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code, text).toBe(0);
  expect(text).toContain('All held');
  const ways = ['stable views, read committed', 'stable views, repeatable read', 'API over HTTP'];
  ways.push('API statements, read committed', 'API statements, repeatable read');
  // reads, and no errors, mixed ones, or lost rows
  for (const way of ways) expect(text).toMatch(new RegExp(`${way} +[1-9]\\d* +0 +0 +0 `));
}, 600_000);
