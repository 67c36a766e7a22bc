import { hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What the file begins with; another number means another shape, and nothing of an older one is used. */
const format = 'thau parse cache 1';

/**
 * The body of a cache file; undefined where there is none, where it is of another version, cut short, or changed by
 * anything but `writeCacheFile`. Data alone: nothing of it is ever run.
 */
export function readCacheFile(file: string): unknown {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf(0x0a);
    if (end < 0 || end > 200) return undefined;
    const body = bytes.subarray(end + 1);
    if (bytes.toString('latin1', 0, end) !== header(body)) return undefined;
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    // a cache that cannot be read is as none
    return undefined;
  }
}

/** Writes the file whole, for its owner's eyes; a reader sees the old one or the new one. A full or read-only disk is no fault. */
export function writeCacheFile(file: string, body: unknown): void {
  const aside = `${file}.${process.pid}`;
  try {
    const bytes = Buffer.from(JSON.stringify(body));
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(aside, 'w', 0o600);
    try {
      writeAll(handle, Buffer.from(`${header(bytes)}\n`));
      writeAll(handle, bytes);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, file);
  } catch {
    rmSync(aside, { force: true });
  }
}

function header(body: Buffer): string {
  return `${format} ${hash('sha1', body, 'hex')}`;
}

function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}
