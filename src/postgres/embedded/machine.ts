import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** What the server may count on. */
export interface Machine {
  readonly cpus: number;
  /** Megabytes: the machine's, or the limit of its container. */
  readonly memory: number;
  /** Megabytes free where the data lies. */
  readonly disk: number;
  /** Megabytes free in /dev/shm; containers often have 64. */
  readonly sharedMemory: number;
}

export function thisMachine(dataFolder: string): Machine {
  const limit = process.constrainedMemory();
  const total = totalmem();
  const bytes = limit > 0 && limit < total ? limit : total;
  return {
    cpus: availableParallelism(),
    memory: Math.floor(bytes / 2 ** 20),
    disk: freeMegabytes(dataFolder),
    sharedMemory: process.platform === 'linux' ? freeMegabytes('/dev/shm') : Infinity,
  };
}

function freeMegabytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.floor((bavail * bsize) / 2 ** 20);
  } catch {
    return 0;
  }
}
