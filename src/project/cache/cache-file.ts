import { hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What the file begins with; another number means another shape, and nothing of an older one is used. */
const format = 'thau parse cache 3';

/**
 * The body of a cache file; undefined where there is none, where it is of another version, cut short, or changed by
 * anything but `writeCacheFile`. Data alone: nothing of it is ever run.
 */
export function readCacheFile(file: string): { readonly body: unknown; readonly hash: string } | undefined {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf(0x0a);
    if (end < 0 || end > 200) return undefined;
    const body = bytes.subarray(end + 1);
    const sha1 = hash('sha1', body, 'hex');
    if (bytes.toString('latin1', 0, end) !== `${format} ${sha1}`) return undefined;
    return { body: JSON.parse(body.toString('utf8')), hash: sha1 };
  } catch {
    // a cache that cannot be read is as none
    return undefined;
  }
}

/**
 * Writes the file whole, for its owner's eyes; a reader sees the old one or the new one. Answers the hash of its body;
 * undefined where a disk is full or may only be read, which is no fault.
 */
export function writeCacheFile(file: string, body: unknown): string | undefined {
  const aside = `${file}.${process.pid}`;
  try {
    const bytes = Buffer.from(JSON.stringify(body));
    const sha1 = hash('sha1', bytes, 'hex');
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(aside, 'w', 0o600);
    try {
      writeAll(handle, Buffer.from(`${format} ${sha1}\n`));
      writeAll(handle, bytes);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, file);
    return sha1;
  } catch {
    rmSync(aside, { force: true });
    return undefined;
  }
}

function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}
