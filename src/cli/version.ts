import { readFileSync, statSync } from 'node:fs';

/** This thau's version. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What tells this compilation of thau from every other; undefined where it runs uncompiled and may change unnoticed. */
export function buildId(): string | undefined {
  const stamp = statSync(new URL('../.stamp', import.meta.url), { throwIfNoEntry: false });
  return stamp && `${version()} ${String(stamp.size)} ${String(stamp.mtimeMs)}`;
}
