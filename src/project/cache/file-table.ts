import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How a file stood when it was read: size, times in milliseconds, inode, and the SHA-1 of its bytes. */
export type FileStamp = readonly [size: number, mtime: number, ctime: number, inode: number, sha1: string];

/** File systems keep times in steps of up to 2 s: a file written that shortly before it was looked at may change unseen. */
const clockStep = 2000;

type Before = Readonly<Record<string, FileStamp>>;

/**
 * The files of one parse, held against how they stood at an earlier one. A file whose size, times and inode are the
 * same is not read again; one that only looks younger is read, and is unchanged when its bytes are. Paths are
 * those that errors show, relative to the project.
 */
export class FileTable {
  readonly #stamps = new Map<string, FileStamp>();
  readonly #unchanged = new Map<string, boolean>();
  /** Texts read to be compared, kept until they are asked for. */
  readonly #texts = new Map<string, Buffer>();
  readonly #startedAt = Date.now();
  #comparedByBytes = 0;

  constructor(
    readonly projectDir: string,
    readonly before: Before = {},
  ) {}

  /** Whether the file is what it was at the earlier parse. */
  isUnchanged(shown: string): boolean {
    let answer = this.#unchanged.get(shown);
    if (answer === undefined) {
      answer = this.#compare(shown);
      this.#unchanged.set(shown, answer);
    }
    return answer;
  }

  /** Whether so many unchanged files had to be read that new stamps are worth writing. */
  get isStale(): boolean {
    return this.#comparedByBytes > 100;
  }

  /** The bytes of a file; throws what reading throws. */
  read(shown: string): Buffer {
    const kept = this.#texts.get(shown);
    if (kept !== undefined) {
      this.#texts.delete(shown);
      return kept;
    }
    const path = join(this.projectDir, shown);
    const stats = statSync(path, { throwIfNoEntry: false });
    const bytes = readFileSync(path);
    if (stats !== undefined && !this.#stamps.has(shown)) {
      this.#stamps.set(shown, [
        stats.size,
        stats.mtimeMs,
        stats.ctimeMs,
        stats.ino,
        hash('sha1', bytes, 'base64'),
      ]);
    }
    return bytes;
  }

  /** The stamp to keep for a file; undefined where it could change without being noticed. */
  stamp(shown: string): FileStamp | undefined {
    const stamp = this.#stamps.get(shown);
    if (stamp === undefined) return undefined;
    const young = Math.max(stamp[1], stamp[2]) > this.#startedAt - clockStep;
    // no time is negative: such a stamp is always compared by its bytes
    return young ? [stamp[0], -1, -1, stamp[3], stamp[4]] : stamp;
  }

  #compare(shown: string): boolean {
    const before = Object.hasOwn(this.before, shown) ? this.before[shown] : undefined;
    if (before === undefined) return false;
    const stats = statSync(join(this.projectDir, shown), { throwIfNoEntry: false });
    if (stats === undefined) return false;
    const [size, mtime, ctime, inode, sha1] = before;
    if (stats.size === size && stats.mtimeMs === mtime && stats.ctimeMs === ctime && stats.ino === inode) {
      this.#stamps.set(shown, before);
      return true;
    }
    let bytes: Buffer;
    try {
      bytes = this.read(shown);
    } catch {
      return false;
    }
    this.#comparedByBytes++;
    if (this.#stamps.get(shown)?.[4] === sha1) return true;
    this.#texts.set(shown, bytes);
    return false;
  }
}
