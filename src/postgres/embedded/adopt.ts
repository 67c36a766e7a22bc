import {
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Runner } from './runner.js';

/**
 * Data made while root had a user namespace belongs to root; where it has none now, the server's user takes it over,
 * and it moves to where that user can reach it. The server is not running.
 */
export function adoptData(from: string, to: string, runner: Runner): void {
  if (from !== to && existsSync(from) && !existsSync(to)) move(from, to);
  if (runner.kind !== 'user' || !existsSync(to) || statSync(to).uid === runner.uid) return;
  for (const entry of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(to, entry), runner.uid, runner.gid);
  }
  // last: its owner tells that it is done
  chownSync(to, runner.uid, runner.gid);
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // another file system
    const aside = `${to}.moving`;
    rmSync(aside, { recursive: true, force: true });
    cpSync(from, aside, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    renameSync(aside, to);
    rmSync(from, { recursive: true, force: true });
  }
}
