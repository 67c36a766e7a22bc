import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ThauError } from '../../errors/thau-error.js';
import { processExists, processStart } from './processes.js';

/**
 * Runs `work` while no other process of this machine holds the lock. A holder that died is found out by its process
 * id and start, so that nothing a killed process leaves behind stops the next.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>, limit = 120_000): Promise<T> {
  const mine = `${process.pid} ${processStart(process.pid)} ${randomBytes(8).toString('hex')}`;
  const end = performance.now() + limit;
  while (!take(file, mine)) {
    if (performance.now() > end) {
      throw new ThauError('POSTGRES_EMBEDDED_BUSY', `Another thau holds ${file} for too long.`, {
        hint: `See what process ${readFileSync(file, 'utf8').split(' ')[0] ?? '?'} does, or remove the file.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  try {
    return await work();
  } finally {
    if (read(file) === mine) rmSync(file, { force: true });
  }
}

function take(file: string, mine: string): boolean {
  try {
    writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = read(file);
  if (holder !== undefined && holder !== '' && !lives(holder)) removeDead(file, holder);
  return false;
}

/** Two that find the holder dead at once must not remove the lock that a third has taken since. */
function removeDead(file: string, holder: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== holder) linkSync(aside, file);
  } catch {
    // it is gone, or taken again: the next look tells
  }
  rmSync(aside, { force: true });
}

function lives(holder: string): boolean {
  const [pid = '', start = ''] = holder.split(' ');
  return processExists(Number(pid)) && (start === '' || processStart(Number(pid)) === start);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
