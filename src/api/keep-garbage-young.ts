import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make every object young. It otherwise moves places whose objects outlived two collections (as those of a hundred
 * waiting requests do) to make them old at once; there they are garbage until the old space is collected, and what they
 * point to, the answers, stays with them. By chance of the first seconds a process then collects four times as much four
 * times as long. Costs nothing that `bench/api` sees.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
