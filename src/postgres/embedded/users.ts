import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processExists, processStart } from './processes.js';

/**
 * The thau processes that use an embedded server, as files named `<pid>-<start>-<use>`: the last to leave stops it. Those
 * of killed processes are cleared away. Called under the server's file lock.
 */
export class Users {
  private readonly folder: string;
  private readonly own = `${process.pid}-${processStart(process.pid)}-${randomBytes(4).toString('hex')}`;

  constructor(baseDir: string) {
    this.folder = join(baseDir, 'users');
  }

  enter(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.folder, this.own), '');
  }

  leave(): void {
    rmSync(join(this.folder, this.own), { force: true });
  }

  /** The process ids of the other living uses. */
  others(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    return names
      .filter((name) => name !== this.own)
      .flatMap((name) => {
        const [pid = '', start = ''] = name.split('-');
        const lives = processExists(Number(pid)) && (start === '' || processStart(Number(pid)) === start);
        if (!lives) rmSync(join(this.folder, name), { force: true });
        return lives ? [Number(pid)] : [];
      });
  }
}
